import { afterEach, describe, expect, it } from "vitest";
import { clientsOf } from "../../src/lab/down.js";
import { FAULTS } from "../../src/lab/faults.js";
import { labPaths } from "../../src/lab/names.js";
import type { Ran } from "../support/cli.js";
import { surefoot } from "../support/cli.js";
import { ENV, inBox, LAB, onMachine, up } from "./fleet.js";

const fault = (...words: readonly string[]): Promise<Ran> =>
  surefoot(["lab", "fault", ...words], { env: ENV });

/** What is in force, in the words that made it. */
const inForce = async (): Promise<string> => (await fault("list")).stdout.trim();

/** Runs a script in a client's network from outside, which works whatever its own processes do. */
const netOf = (client: string, script: string): Promise<number | null> =>
  onMachine("nsenter", `--net=/run/netns/sf-${LAB}-${client}`, "sh", "-c", script);

const EGRESS = "printf 'GET / HTTP/1.0\\r\\n\\r\\n' | nc -w 1 203.0.113.10 80 | grep -q 203";
const SSHD = "nc -w 1 127.0.0.1 22 < /dev/null | grep -q SSH";

/** For each fault: a command of the machine that fails while it is in force, and works before and after. */
const EFFECTS: Readonly<
  Record<string, { readonly on: string; readonly works: () => Promise<number | null> }>
> = {
  "cut-lan": { on: "nat1", works: () => netOf("client1", EGRESS) },
  "cut-wan": { on: "nat1", works: () => netOf("client1", EGRESS) },
  "stop-forwarding": { on: "nat1", works: () => netOf("client1", EGRESS) },
  "break-nat": { on: "nat1", works: () => netOf("client1", EGRESS) },
  "cut-link": { on: "client1", works: () => netOf("client1", EGRESS) },
  "kill-sshd": {
    on: "client1",
    works: () => netOf("client1", SSHD),
  },
  freeze: { on: "client1", works: () => netOf("client1", SSHD) },
  "fill-disk": {
    on: "client1",
    works: () =>
      surefoot(
        [
          "lab",
          "exec",
          "client1",
          "--",
          "sh",
          "-c",
          "head -c 9000 /dev/zero > /etc/lab-probe && rm /etc/lab-probe",
        ],
        { env: ENV },
      ).then((ran) => ran.exit),
  },
  "drop-packets": { on: "client1", works: () => netOf("client1", EGRESS) },
};

afterEach(async ({ task }) => {
  if (task.result?.state === "fail") await fault("heal-all");
});

describe.each(FAULTS)("$name", ({ name, heal, percent }) => {
  it("breaks what it says, is listed, and is healed; a second time changes nothing", async () => {
    const { on, works } = EFFECTS[name] ?? { on: "", works: async () => null };
    const words = [name, on, ...(percent ? ["100"] : [])];
    expect(await works()).toBe(0);
    expect(await fault(...words)).toMatchObject({ exit: 0 });
    const [again, list, broken] = await Promise.all([fault(...words), inForce(), works()]);
    expect(again).toMatchObject({ exit: 0, stdout: expect.stringContaining("was so already") });
    expect(list).toBe(words.join(" "));
    expect(broken).not.toBe(0);
    expect(await fault(heal, on)).toMatchObject({ exit: 0 });
    const [healed, empty] = await Promise.all([fault(heal, on), inForce()]);
    expect(healed).toMatchObject({ exit: 0, stdout: expect.stringContaining("was so already") });
    expect(empty).toBe("no fault is in force");
    expect(await works()).toBe(0);
  });
});

it("lets a full disk be cleaned up, and keeps what was changed on it", async () => {
  await inBox("client1", "echo old > /etc/lab-old; echo mode > /etc/lab-mode");
  await fault("fill-disk", "client1");
  expect(await inBox("client1", "head -c 9000 /dev/zero 2>&1 > /etc/lab-new || rm /etc/lab-new")).toMatch(
    /No space left/,
  );
  await inBox("client1", "rm /etc/lab-old; chmod 600 /etc/lab-mode; : > /etc/lab-empty");
  await fault("free-disk", "client1");
  expect(await inBox("client1", "cd /etc; stat -c '%n %a %s' lab-*")).toBe("lab-empty 644 0\nlab-mode 600 5");
  await inBox("client1", "rm /etc/lab-*");
  expect(await inBox("client1", "mount | grep lab-disk")).toBe("");
});

it("says what is in force when the lab is looked at or brought up, and heals all", async () => {
  await fault("cut-lan", "nat2");
  await fault("drop-packets", "client2", "30");
  await fault("drop-packets", "client2", "20");
  const status = await surefoot(["lab", "status"], { env: ENV });
  expect(status.stdout).toContain("in force: cut-lan nat2");
  expect(status.stdout).toContain("in force: drop-packets client2 20");
  expect(await up()).toContain("in force: cut-lan nat2, drop-packets client2 20");
  expect((await fault("heal-all")).stdout).toBe("healed cut-lan nat2\nhealed drop-packets client2 20\n");
});

it.each(["reboot", "power-cycle"])("boots a client anew: %s", async (how) => {
  // Shutting down in order runs the units' ExecStop, a power cut runs nothing.
  await inBox(
    "client2",
    "rm -f /root/said; systemd-run -q -p RemainAfterExit=yes -p ExecStop='touch /root/said' true; sysctl -qw net.ipv4.tcp_fin_timeout=17",
  );
  expect(await fault(how, "client2")).toMatchObject({ exit: 0 });
  await up();
  expect(await inBox("client2", "sysctl -n net.ipv4.tcp_fin_timeout")).toBe("60");
  expect(await inBox("client2", "ls /root/said")).toBe(how === "reboot" ? "/root/said" : "");
});

it("takes what it does not know for bad input, and says what was meant", async () => {
  const cases: readonly (readonly [words: readonly string[], says: string])[] = [
    [["cut-lna", "nat1"], "Did you mean cut-lan?"],
    [["cut-lan", "nat3"], "Did you mean nat1?"],
    [["cut-lan", "client1"], "It befalls nat1, nat2."],
    [["freeze"], "freeze needs a box"],
    [["reboot", "clint1"], "Did you mean client1?"],
    [["drop-packets", "nat1"], "needs a percentage"],
    [["drop-packets", "nat1", "0"], "is no percentage"],
    [["cut-lan", "nat1", "30"], "takes no percentage"],
  ];
  await Promise.all(
    cases.map(async ([words, says]) => {
      const ran = await fault(...words);
      expect(ran.stderr).toContain(says);
      expect(ran.exit).toBe(3);
    }),
  );
});

it("finds clients again whose removal was interrupted, and none of another lab", () => {
  const paths = labPaths({ SUREFOOT_LAB: "one" });
  const names = ["client1", "client12", "bastion", "clientx"].map(paths.netns);
  expect(clientsOf(paths, [...names, "sf-one2-client3", "sf-two-client4", "client5"])).toEqual([
    "client1",
    "client12",
  ]);
});
