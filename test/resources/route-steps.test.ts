import { describe, expect, it } from "vitest";
import { route } from "../../src/resources/route.js";
import type { Params } from "./route-fixtures.js";
import { ecmp, hop, one, printed, two } from "./route-fixtures.js";

const { resource, schema } = route;

const ECMP_COMMAND =
  "ip -4 route replace default scope global nexthop via 192.168.1.1 dev eth1 weight 1 nexthop via 192.168.1.10 dev eth1 weight 1";
const LINES = "via 192.168.1.1 dev eth1 weight 1, 192.168.1.10 dev eth1 weight 1";

/** Commands from the actual to the desired state, and back. */
function plan(
  params: Params,
  output: string,
): { readonly steps: readonly string[]; readonly undo: readonly string[] } {
  const p = schema.parse(params);
  const actual = resource.parse([output], p);
  const target = resource.target(p, actual);
  const commands = (from: typeof actual, to: typeof actual): readonly string[] =>
    resource.steps(from, to, p).map((step) => step.run.sh);
  return { steps: commands(actual, target), undo: commands(target, actual) };
}

/** Removal looks first whether the route is there. */
const remove = (words: string, more = "", family = 4): string =>
  `[ -z "$(ip -${family} route show ${words}${family === 4 ? " tos 0" : ""} 2>/dev/null)" ] || ip -${family} route del ${words}${more}`;
const ECMP_HOPS = " nexthop via 192.168.1.1 dev eth1 weight 1 nexthop via 192.168.1.10 dev eth1 weight 1";

describe("steps and undo", () => {
  it.each<[string, Params, string, readonly string[], readonly string[]]>([
    [
      "the guide's command where no default is",
      ecmp,
      printed(),
      [ECMP_COMMAND],
      [remove("default metric 0", ECMP_HOPS)],
    ],
    [
      "the guide's command, and back to one gateway",
      ecmp,
      printed(one),
      [ECMP_COMMAND],
      ["ip -4 route replace default scope global via 192.168.1.1 dev eth1"],
    ],
    ["nothing where all is so", ecmp, printed(two), [], []],
    [
      "nothing where the order alone differs",
      ecmp,
      printed({ ...two, nexthops: [hop("192.168.1.10"), hop("192.168.1.1")] }),
      [],
      [],
    ],
    [
      "nothing where the tool leaves defaults out",
      ecmp,
      printed({
        dst: "default",
        flags: [],
        nexthops: [
          { gateway: "192.168.1.1", dev: "eth1" },
          { gateway: "192.168.1.10", dev: "eth1" },
        ],
      }),
      [],
      [],
    ],
    [
      "nothing where carrier is lost",
      ecmp,
      printed({
        ...two,
        nexthops: [{ ...hop("192.168.1.1"), flags: ["dead", "linkdown"] }, hop("192.168.1.10")],
      }),
      [],
      [],
    ],
    [
      "other weights",
      ecmp,
      printed({ ...two, nexthops: [hop("192.168.1.1", 3), hop("192.168.1.10")] }),
      [ECMP_COMMAND],
      [ECMP_COMMAND.replace("weight 1", "weight 3")],
    ],
    [
      "a multipath route of one next hop is that next hop",
      { to: "default", gateway: "192.168.1.1", dev: "eth1" },
      printed({ ...two, nexthops: [hop("192.168.1.1", 7)] }),
      [],
      [],
    ],
    [
      "another metric is another route",
      { ...ecmp, metric: 50 },
      printed(one),
      [
        "ip -4 route replace default metric 50 scope global nexthop via 192.168.1.1 dev eth1 weight 1 nexthop via 192.168.1.10 dev eth1 weight 1",
      ],
      [remove("default metric 50", ECMP_HOPS)],
    ],
    [
      "a default by DHCP beside ours stays",
      ecmp,
      printed({ ...one, metric: 100, protocol: "dhcp" }),
      [ECMP_COMMAND],
      [remove("default metric 0", ECMP_HOPS)],
    ],
    [
      "a DHCP client's of our metric: its source stays, undo puts all back",
      ecmp,
      printed({ ...one, protocol: "dhcp", prefsrc: "192.168.1.20" }),
      [ECMP_COMMAND.replace("global", "global src 192.168.1.20")],
      ["ip -4 route replace default proto dhcp scope global src 192.168.1.20 via 192.168.1.1 dev eth1"],
    ],
    [
      "another table",
      { ...ecmp, table: 100 },
      printed(),
      [ECMP_COMMAND.replace("default", "default table 100")],
      [remove("default table 100 metric 0", ECMP_HOPS)],
    ],
    ["the main table by its number", { ...ecmp, table: 254 }, printed(two), [], []],
    ["a protocol by its number", { ...ecmp, protocol: 3 }, printed(two), [], []],
    [
      "a protocol that the host names",
      { ...ecmp, protocol: "static" },
      printed({ ...two, protocol: "4" }),
      [],
      [],
    ],
    [
      "removal",
      { to: "default", state: "absent" },
      printed(one),
      [remove("default metric 0", " via 192.168.1.1 dev eth1")],
      ["ip -4 route replace default scope global via 192.168.1.1 dev eth1"],
    ],
    ["nothing to remove", { to: "default", state: "absent" }, printed({ ...one, metric: 5 }), [], []],
    [
      "a route for a type of service is another one",
      { to: "default", state: "absent" },
      printed({ ...one, tos: "0x10" }),
      [],
      [],
    ],
    [
      "an interface alone has scope link",
      { to: "10.0.0.0/8", dev: "ppp0" },
      printed(),
      ["ip -4 route replace 10.0.0.0/8 scope link dev ppp0"],
      [remove("10.0.0.0/8 metric 0", " dev ppp0")],
    ],
    [
      "an address is its own network",
      { to: "10.0.0.1/32", gateway: "192.168.1.1", dev: "eth1" },
      printed({ ...one, dst: "10.0.0.1" }),
      [],
      [],
    ],
    [
      "all of IPv4 is the default",
      { to: "0.0.0.0/0", gateway: "192.168.1.1", dev: "eth1" },
      printed(one),
      [],
      [],
    ],
    [
      "a next hop whose interface is left to the kernel",
      { to: "default", gateway: "192.168.1.1" },
      printed(one),
      [],
      [],
    ],
    [
      "an onlink that nobody asked about stays",
      { to: "default", gateway: "192.168.1.1", dev: "eth1" },
      printed({ ...one, flags: ["onlink"] }),
      [],
      [],
    ],
    [
      "a source that is asked for",
      { to: "default", gateway: "192.168.1.1", dev: "eth1", src: "192.168.1.20" },
      printed({ ...one, protocol: "static" }),
      ["ip -4 route replace default proto static scope global src 192.168.1.20 via 192.168.1.1 dev eth1"],
      ["ip -4 route replace default proto static scope global via 192.168.1.1 dev eth1"],
    ],
    [
      "an IPv6 gateway of an IPv4 route",
      { to: "default", family: 4, gateway: "fe80::1", dev: "eth1" },
      printed(),
      ["ip -4 route replace default scope global via inet6 fe80::1 dev eth1"],
      [remove("default metric 0", " via inet6 fe80::1 dev eth1")],
    ],
    [
      "the same, read",
      { to: "default", family: 4, gateway: "FE80:0::1", dev: "eth1" },
      printed({ dst: "default", via: { family: "inet6", host: "fe80::1" }, dev: "eth1", flags: [] }),
      [],
      [],
    ],
    [
      "IPv6 in other spellings, metric by default",
      { to: "2001:DB8:0::/48", gateway: "fd00:0:0::0001", dev: "eth1" },
      printed({
        dst: "2001:db8::/48",
        gateway: "fd00::1",
        dev: "eth1",
        metric: 1024,
        flags: [],
        pref: "medium",
      }),
      [],
      [],
    ],
    [
      "IPv6 next hops as so many routes, from old kernels",
      {
        to: "::/0",
        via: [
          { gateway: "fd00::2", dev: "eth1" },
          { gateway: "fd00::1", dev: "eth1" },
        ],
      },
      printed(
        { dst: "default", gateway: "fd00::1", dev: "eth1", metric: 1024, flags: [] },
        { dst: "default", gateway: "fd00::2", dev: "eth1", metric: 1024, flags: [] },
      ),
      [],
      [],
    ],
    [
      "IPv6 removal",
      { to: "::/0", state: "absent" },
      printed({ dst: "default", gateway: "fd00::1", dev: "eth1", metric: 1024, flags: [], pref: "high" }),
      [remove("default metric 1024", "", 6)],
      ["ip -6 route replace default pref high via fd00::1 dev eth1"],
    ],
    ["a nexthop object of the same next hops is in sync", ecmp, printed({ ...two, nhid: 7 }), [], []],
    [
      "a nexthop object is put back",
      ecmp,
      printed({ ...one, nhid: 7 }),
      [ECMP_COMMAND],
      ["ip -4 route replace default scope global nhid 7"],
    ],
    [
      "an encapsulated route of another destination is not ours",
      ecmp,
      `[{"type":"unicast","dst":"10.0.0.0/8","encap":"ip","id":5,"dst":"default","dev":"eth1","flags":[]}]\nunicast 10.0.0.0/8 encap ip id 5 dst default dev eth1\n`,
      [ECMP_COMMAND],
      [remove("default metric 0", ECMP_HOPS)],
    ],
    [
      "locks, units and features come from the text",
      ecmp,
      `${printed({ ...one, metrics: [{ mtu: 1400, rtt: 10, ecn: null }] })}unicast default via 192.168.1.1 dev eth1 proto boot scope global linkdown mtu lock 1400 rtt 10ms features ecn\n`,
      [ECMP_COMMAND.replace("global", "global mtu lock 1400 rtt 10ms features ecn")],
      [
        "ip -4 route replace default scope global mtu lock 1400 rtt 10ms features ecn via 192.168.1.1 dev eth1",
      ],
    ],
  ])("%s", (_name, params, output, steps, undo) => {
    expect(plan(params, output)).toEqual({ steps, undo });
  });

  it("says what it does, on the running state, and that it can cut the connection", () => {
    const p = schema.parse(ecmp);
    const actual = resource.parse([printed(one)], p);
    const target = resource.target(p, actual);
    const [step] = resource.steps(actual, target, p);
    expect(step).toMatchObject({
      title: `set default ${LINES} (was via 192.168.1.1 dev eth1)`,
      layer: "running",
      cuts: true,
    });
    expect(resource.steps(null, target, p).map(({ title }) => title)).toEqual([`add default ${LINES}`]);
    expect(resource.steps(target, null, p).map(({ title }) => title)).toEqual([
      `remove default (was ${LINES})`,
    ]);
  });
});
