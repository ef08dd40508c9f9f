import { execFileSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { ProbeError, TaskParamsError } from "../../src/model/resource.js";
import { scriptOf, unitOf } from "../../src/resources/failover/files.js";
import type { ActiveParams } from "../../src/resources/failover/params.js";
import { failoverParams } from "../../src/resources/failover/params.js";
import type { FailoverState } from "../../src/resources/failover.js";
import { failover } from "../../src/resources/failover.js";

type Input = Parameters<typeof failover>[0];

const gateways = [{ address: "192.168.1.1" }, { address: "192.168.1.10" }];
const kernel = { mode: "kernel", interface: "eth1", gateways } satisfies Input;
/** Routers often have the same link-local address on each link. */
const sixes = [{ address: "FE80::1" }, { address: "fe80::1", interface: "eth2" }] as const;
const pinned = { mode: "pinned", interface: "eth1", gateways, targets: ["203.0.113.10"] } satisfies Input;
const { resource } = failover;

function parsed(input: Input): ActiveParams {
  const p = failoverParams.parse(input);
  if (p.mode === "none") throw new Error("none has no files");
  return p;
}

/** Runs words in a shell that has read a mode's script without starting anything. */
function inScript(input: Input, words: string): string {
  const text = `set -- nothing\n${scriptOf(parsed(input))}\n${words}`;
  return execFileSync("sh", ["-c", text], { encoding: "utf8" }).trim();
}

const ABSENT = "failed\nstat: cannot statx '/x': No such file or directory\n";
const UNIT_ABSENT = "Id=surefoot-failover.service\nLoadState=not-found\nActiveState=inactive\n";

/** What a probe prints on a host without failover, with some facts. */
const outputs = (facts: string): readonly string[] => [UNIT_ABSENT, ABSENT, ABSENT, facts];

const HOST = `tool ip
tool nft
tool ping
interface eth1
version ip utility, iproute2-6.1.0, libbpf 1.1.2
release 6.1.0-20-amd64
neighbour 192.168.1.1 lladdr 02:00:00:00:00:01 REACHABLE
ping ping from iputils 20221126
rule 0:	from all lookup local
rule 32766:	from all lookup main
`;

const OWN_RULES = `rule 5800:	from all fwmark 0x10000/0xff0000 lookup main suppress_prefixlength 0
rule 5801:	from all fwmark 0x10000/0xff0000 lookup 5801
route 5801 default via 192.168.1.1 dev eth1 
`;

describe("parameters", () => {
  it.each<[string, Input, string]>([
    ["one gateway", { ...kernel, gateways: gateways.slice(1) }, "at least two"],
    ["a gateway twice", { ...kernel, gateways: [...gateways, ...gateways] }, "only once"],
    [
      "two interfaces for pinned",
      { ...pinned, gateways: [...gateways, { address: "10.0.0.1", interface: "eth2" }] },
      "pinned is for gateways on one interface",
    ],
    ["IPv6 for pinned", { ...pinned, gateways: sixes }, "pinned is for IPv4"],
    [
      "what is no address",
      { ...kernel, gateways: [{ address: "fe80::1%eth1" }, ...gateways] },
      "no IP address",
    ],
    [
      "a gateway without an interface",
      {
        mode: "kernel",
        gateways: [{ address: "192.168.1.1", interface: "eth1" }, { address: "192.168.1.10" }],
      },
      "gateways.1.interface",
    ],
    ["pinned without a target", { ...pinned, targets: [] }, "at least one target"],
    ["an interface that is none", { ...kernel, interface: "eth 1" }, "an interface name"],
  ])("refuses %s", (_name, input, says) => {
    expect(() => failover(input)).toThrow(TaskParamsError);
    expect(() => failover(input)).toThrow(says);
  });
});

describe("hosts on which a mode can't work", () => {
  it.each<[string, Input, string, string]>([
    ["no such interface", kernel, HOST.replace("interface eth1\n", ""), "has no interface eth1"],
    ["one interface of two missing", { ...kernel, gateways: sixes }, HOST, "has no interface eth2"],
    [
      "a host that forwards IPv6",
      { ...kernel, gateways: sixes },
      `${HOST}interface eth2\nforwards6 1\n`,
      "forwards IPv6",
    ],
    [
      "a permanent neighbour",
      kernel,
      HOST.replace("REACHABLE", "PERMANENT"),
      "192.168.1.1 is a permanent neighbour",
    ],
    [
      "an old kernel without ping",
      kernel,
      HOST.replace("6.1.0-20", "5.10.0-20").replace("tool ping\n", ""),
      "older than 5.16",
    ],
    ["no nftables", pinned, HOST.replace("tool nft\n", ""), "needs nftables"],
    ["busybox's ping", pinned, HOST.replace("ping ping from iputils", "ping BusyBox"), "iputils"],
    ["a taken priority", pinned, `${HOST}rule 5801:	from all lookup 7\n`, "5801: from all lookup 7"],
    [
      "taken marks",
      pinned,
      `${HOST}rule 100:	from all fwmark 0x40000/0x40000 lookup 7\n`,
      "same bits of marks",
    ],
    [
      "a taken table",
      pinned,
      `${HOST}route 5802 10.0.0.0/8 via 192.168.1.1 dev eth1\n`,
      "table 5802 is used",
    ],
  ])("refuses %s, with the reason", (_name, input, facts, says) => {
    const p = parsed(input);
    expect(() => resource.parse(outputs(facts), p)).toThrow(ProbeError);
    expect(() => resource.parse(outputs(facts), p)).toThrow(says);
  });

  it("refuses a host without systemd", () => {
    const [, ...others] = outputs(HOST);
    expect(() => resource.parse(["NoSystemd=yes\n", ...others], parsed(kernel))).toThrow("needs systemd");
  });

  it.each<[string, Input, string]>([
    ["a plain host", kernel, HOST],
    ["one that forwards IPv6, with IPv4 gateways", kernel, `${HOST}forwards6 1\n`],
    ["IPv6", { ...kernel, gateways: sixes }, `${HOST}interface eth2\nforwards6 0\n`],
    ["an old kernel with ping", kernel, HOST.replace("6.1.0-20", "5.10.0-20")],
    ["marks of other bits", pinned, `${HOST}rule 100:	from all fwmark 0xca6c lookup 7\n`],
    ["what a stopped service of ours has left", pinned, `${HOST}${OWN_RULES}`],
  ])("takes %s", (_name, input, facts) => {
    expect(resource.parse(outputs(facts), parsed(input))).toBeNull();
  });
});

describe("steps", () => {
  const state = (input: Input): FailoverState | null => resource.target(failoverParams.parse(input), null);
  const titles = (from: FailoverState | null, to: FailoverState | null, input: Input): readonly string[] =>
    resource.steps(from, to, failoverParams.parse(input)).map((step) => step.title);
  const UNIT = "/etc/systemd/system/surefoot-failover.service";
  const SCRIPT = "/usr/local/sbin/surefoot-failover";

  it.each<[string, Input, Input, readonly string[]]>([
    [
      "none to kernel",
      { mode: "none" },
      kernel,
      [
        `create ${SCRIPT} (mode 0755)`,
        `create ${UNIT} (mode 0644)`,
        "enable and start surefoot-failover.service",
      ],
    ],
    [
      "kernel to none: what it set is taken back before its program goes",
      kernel,
      { mode: "none" },
      [
        "stop surefoot-failover.service and take its settings back",
        "disable surefoot-failover.service",
        `remove ${UNIT}`,
        "reload systemd",
        `remove ${SCRIPT}`,
      ],
    ],
    [
      "kernel to pinned: by the old program first",
      kernel,
      pinned,
      [
        "stop surefoot-failover.service and take its settings back",
        `write ${SCRIPT}`,
        `write ${UNIT}`,
        "reload systemd",
        "start surefoot-failover.service",
      ],
    ],
    [
      "another interval: pins stay, no connection is moved",
      pinned,
      { ...pinned, interval: 2 },
      [`write ${SCRIPT}`, `write ${UNIT}`, "reload systemd", "restart surefoot-failover.service"],
    ],
    ["the same", pinned, pinned, []],
  ])("%s", (_name, from, to, expected) => {
    expect(titles(state(from), state(to), to)).toEqual(expected);
  });

  it("keeps files before what needs them, whatever a run does with running and startup state", () => {
    const all = resource.steps(state(kernel), state(pinned), failoverParams.parse(pinned));
    expect(new Set(all.map(({ layer }) => layer))).toEqual(new Set(["startup"]));
  });
});

describe("notes", () => {
  const notes = (facts: string, input: Input): readonly string[] =>
    resource.notes?.(["", "", "", facts], failoverParams.parse(input)) ?? [];

  it("tells which gateway is out, and that this is as it should be", () => {
    expect(notes(`${HOST}out 192.168.1.10 2026-01-02T03:04:05Z\n`, pinned)).toEqual([
      "degraded: gateway 192.168.1.10 is out since 2026-01-02T03:04:05Z",
    ]);
  });
  it("tells when none is left", () => {
    expect(notes(`${HOST}out 192.168.1.1 a\nout 192.168.1.10 b\n`, pinned).join()).toContain("through all");
  });
  it("tells by which means it works where the usual is not there", () => {
    expect(notes(`${HOST}how ping\n`, kernel).join()).toContain("pinged once a second");
    expect(notes(`${HOST}how managed\n`, kernel)).toEqual([]);
  });
});

describe("the service's program", () => {
  it.each([
    [
      "resolved before, whose timers would stay the old ones",
      "lladdr 02:00:00:00:00:01 REACHABLE",
      ["-4 neigh del 192.168.1.1 dev eth1", "-4 neigh replace 192.168.1.1 dev eth1 managed extern_learn"],
    ],
    ["not there", "", ["-4 neigh replace 192.168.1.1 dev eth1 managed extern_learn"]],
    [
      "looked after, and dead",
      "lladdr 02:00:00:00:00:01 managed extern_learn FAILED",
      ["-4 neigh replace 192.168.1.1 dev eth1 managed extern_learn"],
    ],
    ["looked after, and well", "lladdr 02:00:00:00:00:01 managed extern_learn REACHABLE", []],
  ])("has the kernel look after a gateway that is %s", (_how, line, expected) => {
    const fake = `ip() { case $* in *show*) echo '${line}' ;; *) echo "ip $*" ;; esac; }`;
    const said = inScript(kernel, `${fake}\nrun=/nowhere\nways='4/eth1/192.168.1.1'\nmanage`);
    const commands = said.split("\n").flatMap((one) => (one.startsWith("ip ") ? [one.slice(3)] : []));
    expect(commands).toEqual(expected);
  });

  it("takes each way apart, whatever family and interface", () => {
    const both = { ...kernel, gateways: [...gateways, ...sixes] } satisfies Input;
    const words = 'for way in $ways; do part "$way"; echo "$family $dev $gateway"; done';
    expect(inScript(both, words)).toBe(
      ["4 eth1 192.168.1.1", "4 eth1 192.168.1.10", "6 eth1 fe80::1", "6 eth2 fe80::1"].join("\n"),
    );
    const settings = inScript(both, 'for one in $values; do echo "$one"; done');
    expect(settings.split("\n")).toHaveLength(1 + 3 * 5);
    expect(settings).toContain("net/ipv6/neigh/eth2/ucast_solicit=2");
    expect(inScript({ ...kernel, gateways: sixes }, 'echo "$values"')).not.toContain("ipv4");
  });

  it.each([kernel, pinned])("is a script that any POSIX shell reads", (input) => {
    const script = scriptOf(parsed(input));
    expect(execFileSync("sh", ["-n"], { input: script, encoding: "utf8" })).toBe("");
  });

  it("is told apart by its unit, so that another script is started", () => {
    expect(unitOf(parsed(pinned))).not.toBe(unitOf(parsed({ ...pinned, hits: 4 })));
  });

  const weighted: Input = {
    ...pinned,
    gateways: [{ address: "10.0.0.1", weight: 3 }, { address: "10.0.0.2" }, { address: "10.0.0.3" }],
  };

  it.each([
    ["1 2 3", "{ 0-2 : goto gateway1, 3 : goto gateway2, 4 : goto gateway3 }", "mod 5"],
    ["2 3", "{ 0 : goto gateway2, 1 : goto gateway3 }", "mod 2"],
  ])("shares new connections among gateways %s by their weights", (live, map, modulus) => {
    const rules = inScript(weighted, `choice ${live}`);
    expect(rules).toContain(map);
    expect(rules).toContain(modulus);
    expect(rules.split("\n")[0]).toBe("flush chain ip surefoot_failover choose");
  });

  it("sends all to the only one left, and keeps no mark of another", () => {
    expect(inScript(weighted, "choice 2")).toBe(
      [
        "flush chain ip surefoot_failover choose",
        "add rule ip surefoot_failover choose ct mark & 0xff0000 { 0x20000 } return",
        "add rule ip surefoot_failover choose goto gateway2",
      ].join("\n"),
    );
  });

  it("never leaves none: with all of them dead, all are in use", () => {
    expect(inScript(weighted, "up1=0 up2=0 up3=0; in_use; up3=1; in_use")).toBe("1 2 3\n 3");
  });

  it.each([
    ["two misses in a row take it out", "0 0", "out"],
    ["one miss does not", "0 1 0 1 0", ""],
    ["three hits in a row bring it back", "0 0 1 1 1", "out back"],
    ["two hits do not", "0 0 1 1 0 1 1 0", "out"],
  ])("counts: %s", (_name, answers, expected) => {
    const words = `up1=1 count1=0; for a in ${answers}; do ! count 1 "$a" > /dev/null || { [ $up1 -eq 1 ] && echo back || echo out; }; done`;
    expect(inScript(pinned, words).split("\n").join(" ")).toBe(expected);
  });

  it.each([0, 8, 16, 24] as const)(
    "uses eight bits of marks from bit %s on, and keeps the others",
    (markShift) => {
      const script = scriptOf(parsed({ ...pinned, markShift }));
      const mask = 0xff * 2 ** markShift;
      expect(script).toContain(`mask=0x${mask.toString(16)}`);
      expect(script).toContain(
        `ct mark set ct mark & 0x${(0xffffffff - mask).toString(16)} | 0x${(2 ** markShift).toString(16)};`,
      );
    },
  );
});
