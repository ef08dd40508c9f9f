import { describe, expect, it } from "vitest";
import { sysctl } from "../../src/resources/sysctl.js";
import { dump } from "./sysctl-dump.js";

const { resource, schema } = sysctl;
const FILE = "/etc/sysctl.d/99-ecmp.conf";

describe("notes", () => {
  const RP = "net.ipv4.conf.eth1.rp_filter";
  const rp = (all: string, eth0: string, eth1: string): string =>
    Object.entries({ all, default: "0", eth0, eth1 })
      .map(([name, value]) => `/proc/sys/net/ipv4/conf/${name}/rp_filter:${value}\n`)
      .join("");
  const quiet = rp("0", "0", "2");
  it.each<
    [
      string,
      {
        key?: string;
        file?: string;
        live?: string;
        files: Readonly<Record<string, string>>;
        notes: string[];
      },
    ]
  >([
    ["nobody else", { files: { [FILE]: `${RP} = 2` }, notes: [] }],
    [
      "a later file, by the link to /etc/sysctl.conf",
      {
        files: {
          "/etc/sysctl.d/99-sysctl.conf": `# Debian\n${RP}=1`,
          "/etc/sysctl.conf": `# Debian\n${RP}=1`,
        },
        notes: ["/etc/sysctl.d/99-sysctl.conf:2 is read later and wins: the next boot sets 1"],
      },
    ],
    ["a later file with the same value", { files: { "/etc/sysctl.d/99-sysctl.conf": `${RP}=2` }, notes: [] }],
    ["an earlier file", { files: { "/etc/sysctl.d/10-a.conf": `${RP}=1` }, notes: [] }],
    [
      "a later folder but an earlier name",
      { files: { "/usr/lib/sysctl.d/50-default.conf": `${RP}=1` }, notes: [] },
    ],
    [
      "an earlier folder but a later name",
      {
        files: { "/usr/lib/sysctl.d/99-z.conf": `net/ipv4/conf/eth1/rp_filter = 0` },
        notes: ["/usr/lib/sysctl.d/99-z.conf:1 is read later and wins: the next boot sets 0"],
      },
    ],
    [
      "a later pattern, which never beats a name",
      { files: { "/etc/sysctl.d/99-z.conf": "net.ipv4.conf.*.rp_filter=1" }, notes: [] },
    ],
    [
      "a later line that keeps all settings off",
      {
        files: { "/etc/sysctl.d/99-z.conf": `-${RP}` },
        notes: ["/etc/sysctl.d/99-z.conf:1 takes it out of all settings: the next boot leaves it alone"],
      },
    ],
    [
      "a file of the same name in a stronger folder",
      {
        file: "/usr/lib/sysctl.d/50-x.conf",
        files: { "/etc/sysctl.d/50-x.conf": "", "/etc/sysctl.d/40-y.conf": "net.ipv4.conf.e*.rp_filter=1" },
        notes: [
          "/etc/sysctl.d/50-x.conf hides /usr/lib/sysctl.d/50-x.conf, which is then not read at boot",
          "/etc/sysctl.d/40-y.conf:1 is read later and wins: the next boot sets 1",
        ],
      },
    ],
    [
      "/etc/sysctl.conf, which systemd does not read by itself",
      {
        files: { "/etc/sysctl.conf": `${RP}=0` },
        notes: ["`sysctl --system` reads /etc/sysctl.conf:1 last and would set 0"],
      },
    ],
    [
      "the kernel takes all's, which is larger",
      {
        key: RP,
        live: rp("3", "0", "2"),
        files: {},
        notes: ["the kernel uses the larger of all (3) and eth1 (2): 3 is what counts"],
      },
    ],
    [
      "all's loosens strict interfaces",
      {
        key: "net.ipv4.conf.all.rp_filter",
        live: rp("2", "1", "1"),
        files: {},
        notes: [
          "loosens eth0, eth1 too, strict (1) so far: the kernel uses the larger of all and the interface's own",
        ],
      },
    ],
  ])("%s", (_name, { key = RP, file = FILE, live = quiet, files, notes }) => {
    const params = schema.parse({ key, value: 2, file });
    expect(resource.notes?.([live, dump(files)], params)).toEqual(notes);
  });

  it("says what it could not look at", () => {
    const params = schema.parse({ key: "vm.swappiness", value: 2, file: FILE });
    expect(resource.notes?.(["2\n", "unreadable /etc/sysctl.d/x.conf\n\n"], params)).toEqual([
      "/etc/sysctl.d/x.conf can't be read: whether it sets this too is not known",
    ]);
  });
});
