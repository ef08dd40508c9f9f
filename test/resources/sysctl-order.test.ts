import fc from "fast-check";
import { expect, it } from "vitest";
import { atBoot } from "../../src/resources/sysctl/dropins.js";
import { DUMP, parseDump } from "../../src/resources/sysctl/dump.js";
import { itInNetns } from "./in-netns.js";
import { dump } from "./sysctl-dump.js";

const MANUAL = {
  "/etc/sysctl.d/20-rp_filter.conf": `net.ipv4.conf.default.rp_filter = 2
net.ipv4.conf.*.rp_filter = 2
-net.ipv4.conf.all.rp_filter
net.ipv4.conf.hub0.rp_filter = 1`,
};

it.each<[string, Readonly<Record<string, string>>, string, string | null | undefined]>([
  ["example 4 of sysctl.d(5): a pattern", MANUAL, "net/ipv4/conf/eth1/rp_filter", "2"],
  ["example 4: a name beats it", MANUAL, "net/ipv4/conf/hub0/rp_filter", "1"],
  ["example 4: kept off", MANUAL, "net/ipv4/conf/all/rp_filter", null],
  ["example 4: not meant", MANUAL, "net/ipv4/conf/all/arp_ignore", undefined],
  [
    "of patterns the last",
    { "/etc/sysctl.d/1.conf": "a.*=1", "/lib/sysctl.d/2.conf": "a.b?=2" },
    "a/bc",
    "2",
  ],
  [
    "a pattern said again, with the same value, keeps its first place",
    { "/etc/sysctl.d/1.conf": "a.*=1\na.b?=2", "/etc/sysctl.d/2.conf": "a/*=1" },
    "a/bc",
    "2",
  ],
  [
    "a pattern said again, with another value, goes last",
    { "/etc/sysctl.d/1.conf": "a.*=1\na.b?=2", "/etc/sysctl.d/2.conf": "a/*=3" },
    "a/bc",
    "3",
  ],
  ["no star crosses a slash", { "/etc/sysctl.d/1.conf": "a.*=1" }, "a/b/c", undefined],
  ["/etc/sysctl.conf is not read", { "/etc/sysctl.conf": "a.b=1" }, "a/b", undefined],
])("knows what the next boot sets: %s", (_name, files, path, value) => {
  expect(atBoot(parseDump(dump(files)), path)?.value).toBe(value);
});

const SYSTEMD_SYSCTL = "/usr/lib/systemd/systemd-sysctl";

/** Ways to write the key that is looked at, and others that may be confused with it. */
const key = fc.constantFrom(
  "net.ipv4.conf.eth1/5.arp_ignore",
  "net/ipv4/conf/eth1.5/arp_ignore",
  "net.ipv4.conf.all.arp_ignore",
  "net.ipv4.conf.*.arp_ignore",
  "net/ipv4/conf/eth*/arp_ignore",
  "net.ipv4.conf.[a-e]*.arp_ignore",
  "net.ipv4.conf.[!a-e]*.arp_ignore",
  "net.ipv4.conf.eth1?5.arp_ignore",
  "net.ipv4.conf.eth1/?.arp_ignore",
);
const line = fc
  .tuple(fc.constantFrom("", "-", "- ", "#", " "), key, fc.constantFrom("=1", " = 2 ", "=3", "=4", ""))
  .map((parts) => parts.join(""));
const file = fc.record({
  folder: fc.constantFrom("/etc", "/usr/lib"),
  name: fc.constantFrom("10", "20", "9"),
  lines: fc.array(line, { maxLength: 3 }),
});

const UNTOUCHED = "7";

itInNetns(
  "predicts what systemd-sysctl sets",
  async ({ run }) => {
    await run({ sh: "mount -t tmpfs none /usr/lib/sysctl.d; ip link add eth1.5 type veth peer name p1" });
    const live = "/proc/sys/net/ipv4/conf/eth1.5/arp_ignore";
    await fc.assert(
      fc.asyncProperty(fc.array(file, { maxLength: 4 }), async (files) => {
        const write = files.map(
          ({ folder, name, lines }) =>
            `printf '%s\\n' '${lines.join("\n")}' > ${folder}/sysctl.d/${name}.conf\n`,
        );
        const { stdout } = await run({
          sh: `rm -f /etc/sysctl.d/* /usr/lib/sysctl.d/*
${write.join("")}
echo ${UNTOUCHED} > ${live}
${SYSTEMD_SYSCTL} --prefix=/net/ipv4/conf 2>/dev/null
cat ${live}
${DUMP.sh}`,
        });
        const [set = ""] = stdout.split("\n", 1);
        const predicted = atBoot(parseDump(stdout.slice(set.length + 1)), "net/ipv4/conf/eth1.5/arp_ignore");
        expect(predicted?.value ?? UNTOUCHED, write.join("")).toBe(set);
      }),
      { numRuns: 40 },
    );
  },
  SYSTEMD_SYSCTL,
);
