import { describe, expect, it } from "vitest";
import { ProbeError, TaskParamsError } from "../../src/model/resource.js";
import { canCut, dottedKey, sysctlPath } from "../../src/resources/sysctl/key.js";
import type { SysctlState } from "../../src/resources/sysctl.js";
import { sysctl } from "../../src/resources/sysctl.js";
import { dump } from "./sysctl-dump.js";

const { resource, schema } = sysctl;
const FILE = "/etc/sysctl.d/99-ecmp.conf";

describe("steps and undo", () => {
  const key = "net.ipv4.fib_multipath_hash_policy";
  it.each<[string, { live: string; text?: string; value: string | number; steps: string[]; undo: string[] }]>(
    [
      [
        "nothing is there",
        {
          live: "0\n",
          value: 1,
          steps: [`set ${key} = 1 (was 0)`, `write ${key} = 1 to ${FILE}`],
          undo: [`set ${key} = 0 (was 1)`, `remove ${key} from ${FILE}`],
        },
      ],
      ["all is there", { live: "1\n", text: `${key} = 1`, value: "1", steps: [], undo: [] }],
      ["all is there, for 0", { live: "0\n", text: `${key}=0`, value: 0, steps: [], undo: [] }],
      [
        "0 is wanted and 1 is there",
        {
          live: "1\n",
          text: `${key}=1`,
          value: 0,
          steps: [`set ${key} = 0 (was 1)`, `write ${key} = 0 to ${FILE}`],
          undo: [`set ${key} = 1 (was 0)`, `write ${key} = 1 to ${FILE}`],
        },
      ],
      [
        "the live value alone differs",
        {
          live: "2\n",
          text: "-net/ipv4/fib_multipath_hash_policy = 1",
          value: 1,
          steps: [`set ${key} = 1 (was 2)`],
          undo: [`set ${key} = 2 (was 1)`],
        },
      ],
      [
        "a later line of the file undoes an earlier one",
        {
          live: "1\n",
          text: `${key} = 1\n# so they say\n${key} = 0`,
          value: 1,
          steps: [`write ${key} = 1 to ${FILE}`],
          undo: [`write ${key} = 0 to ${FILE}`],
        },
      ],
      ["a number of several digits", { live: "16\n", text: `${key}=16`, value: 16, steps: [], undo: [] }],
      [
        "tabs are spaces",
        {
          live: "4096\t87380\t6291456\n",
          text: `${key}=4096  87380 6291456`,
          value: "4096 87380\t6291456",
          steps: [],
          undo: [],
        },
      ],
    ],
  )("%s", (_name, { live, text, value, steps, undo }) => {
    const params = schema.parse({ key, value, file: FILE });
    const actual = resource.parse([live, dump(text === undefined ? {} : { [FILE]: text })], params);
    const target = resource.target(params, actual);
    expect(resource.steps(actual, target, params).map((step) => step.title)).toEqual(steps);
    expect(resource.steps(target, actual, params).map((step) => step.title)).toEqual(undo);
  });

  it("tells running from startup, and what can cut the connection", () => {
    const shape = (name: string): unknown => {
      const params = schema.parse({ key: name, value: 1, file: FILE });
      const from: SysctlState = { live: "0", line: null, fileExists: false };
      const steps = resource.steps(from, resource.target(params, from), params);
      return steps.map(({ layer, cuts }) => [layer, cuts]);
    };
    expect(shape("net.ipv4.ip_forward")).toEqual([
      ["running", true],
      ["startup", false],
    ]);
    expect(shape("vm.swappiness")).toEqual([
      ["running", false],
      ["startup", false],
    ]);
  });

  it("plans no file where none is wanted", () => {
    const params = schema.parse({ key, value: 1, file: false });
    expect(resource.probe(params)).toHaveLength(1);
    const actual = resource.parse(["0\n"], params);
    expect(resource.steps(actual, resource.target(params, actual), params)).toHaveLength(1);
  });
});

describe("keys", () => {
  it.each([
    ["net.ipv4.ip_forward", "net/ipv4/ip_forward", "net.ipv4.ip_forward"],
    ["net/ipv4/ip_forward", "net/ipv4/ip_forward", "net.ipv4.ip_forward"],
    [
      "net.ipv4.conf.eth1/100.rp_filter",
      "net/ipv4/conf/eth1.100/rp_filter",
      "net.ipv4.conf.eth1/100.rp_filter",
    ],
    [
      "net/ipv4/conf/eth1.100/rp_filter",
      "net/ipv4/conf/eth1.100/rp_filter",
      "net.ipv4.conf.eth1/100.rp_filter",
    ],
    ["/net//ipv4/ip_forward", "net/ipv4/ip_forward", "net.ipv4.ip_forward"],
  ])("%s is %s", (key, path, dotted) => {
    expect(sysctlPath(key)).toBe(path);
    expect(dottedKey(path)).toBe(dotted);
  });

  it("has one key for both spellings", () => {
    const id = (key: string): string => sysctl({ key, value: 1 }).id;
    expect(id("net/ipv4/conf/eth1.100/rp_filter")).toBe(id("net.ipv4.conf.eth1/100.rp_filter"));
  });

  it.each([
    ["net.ipv4.conf.eth1.rp_filter", true],
    ["net.ipv4.conf.eth1/100.rp_filter", true],
    ["net.ipv6.conf.all.forwarding", true],
    ["net.ipv6.conf.eth1.disable_ipv6", true],
    ["net.ipv4.fib_multipath_hash_policy", true],
    ["net.bridge.bridge-nf-call-iptables", true],
    ["net.ipv4.ip_forward_use_pmtu", false],
    ["net.ipv4.tcp_rmem", false],
    ["kernel.sysrq", false],
  ])("can %s cut the connection: %s", (key, cuts) => {
    expect(canCut(sysctlPath(key))).toBe(cuts);
  });
});

it.each([
  [{ key: "net.ipv4.conf.*.rp_filter", value: 1 }],
  [{ key: "net/ipv4/../../etc/passwd", value: 1 }],
  [{ key: "swappiness", value: 1 }],
  [{ key: "-net.ipv4.ip_forward", value: 1 }],
  [{ key: "vm.swappiness", value: 1.5 }],
  [{ key: "vm.swappiness", value: "" }],
  [{ key: "vm.swappiness", value: "1\nkernel.sysrq = 1" }],
  [{ key: "vm.swappiness", value: 1, file: "/etc/sysctl.conf" }],
  [{ key: "vm.swappiness", value: 1, file: "/run/sysctl.d/99-gone-at-boot.conf" }],
  [{ key: "vm.swappiness", value: 1, file: "/etc/sysctl.d/99-x" }],
])("refuses %j", (params) => {
  expect(() => sysctl(params)).toThrow(TaskParamsError);
});

describe("what can't be read is unknown, with its reason", () => {
  const parse = (key: string, outputs: readonly string[]) =>
    resource.parse(outputs, schema.parse({ key, value: 1, file: FILE }));
  it.each<[string, readonly string[], string, RegExp, RegExp]>([
    ["net.ipv4.nosuch", ["", dump({})], "no such key", /the kernel has no net.ipv4.nosuch/, /older kernel/],
    [
      "net.ipv4.conf.eth9.rp_filter",
      ["/proc/sys/net/ipv4/conf/eth1/rp_filter:1\n", dump({})],
      "no such interface",
      /no net.ipv4.conf.eth9.rp_filter/,
      /interface eth9 exists/,
    ],
    ["net.ipv4.ip_forward", ["0\n", `special ${FILE}\n\n`], "switched off", /no regular file/, /\/dev\/null/],
    ["net.ipv4.ip_forward", ["0\n", `unreadable ${FILE}\n\n`], "not allowed", /can't be read/, /become/],
  ])("%s %j: %s", (key, outputs, _name, message, hint) => {
    const error = thrownBy(() => parse(key, outputs));
    expect(error).toBeInstanceOf(ProbeError);
    expect(error instanceof ProbeError ? [error.message, error.hint] : []).toEqual([
      expect.stringMatching(message),
      expect.stringMatching(hint),
    ]);
  });
});

function thrownBy(run: () => unknown): unknown {
  try {
    run();
  } catch (thrown) {
    return thrown;
  }
  return undefined;
}

it("reads all drop-ins of a host once, and one parameter's interfaces once", () => {
  const keys = [
    "net.ipv4.fib_multipath_hash_policy",
    "net.ipv4.conf.all.rp_filter",
    "net.ipv4.conf.eth1.rp_filter",
  ];
  const scripts = keys
    .flatMap((key) => resource.probe(schema.parse({ key, value: 1, file: FILE })))
    .map(({ sh }) => sh);
  expect(new Set(scripts).size).toBe(3);
});
