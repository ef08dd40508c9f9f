import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ProbeError } from "../../src/model/resource.js";
import { BLOCK, firstId, inBlock } from "../../src/resources/route/nexthops/ids.js";
import { objectsFor } from "../../src/resources/route/nexthops/objects.js";
import { BUCKETS, NEXTHOPS } from "../../src/resources/route/nexthops/probe.js";
import type { NexthopObject } from "../../src/resources/route/nexthops/types.js";
import { isGroup } from "../../src/resources/route/nexthops/types.js";
import type { NextHop } from "../../src/resources/route/state.js";
import { route } from "../../src/resources/route.js";
import type { Params } from "./route-fixtures.js";
import { ecmp, one, printed, two } from "./route-fixtures.js";

const { resource, schema } = route;

/** Objects as `ip -N -d -j nexthop show` of iproute2 6.1 prints them. */
const member = (id: number, gateway: string, protocol = "83") => ({
  ...{ id, gateway, dev: "eth1", scope: "253", protocol, flags: [] },
});
const group = (id: number, shares: readonly object[], more: object = {}) => ({
  ...{ id, group: shares, scope: "0", protocol: "83", flags: [] },
  ...more,
});
const table = (buckets: number, idle = 120) => ({
  type: "resilient",
  resilient_args: { buckets, idle_timer: idle, unbalanced_timer: 0, unbalanced_time: 0 },
});
const A = member(4001, "192.168.1.1");
const B = member(4002, "192.168.1.10");
const G = group(4000, [{ id: 4001 }, { id: 4002 }]);
const led = { ...two, nhid: 4000, nh_info: G };
const wants = (more: Partial<Params> = {}): Params => ({
  ...ecmp,
  nexthops: { type: "group", id: 4000 },
  ...more,
});
const wantsResilient = (idleTimer: number): Params =>
  wants({ nexthops: { type: "resilient", id: 4000, buckets: 32, idleTimer } });

function plan(params: Params, routes: string, objects: readonly object[], buckets = "") {
  const p = schema.parse(params);
  const outputs = [routes, printed(...objects), buckets];
  const actual = resource.parse(outputs, p);
  const target = resource.target(p, actual);
  const steps = (from: typeof actual, to: typeof actual) => resource.steps(from, to, p);
  return { steps: steps(actual, target), undo: steps(target, actual) };
}

/** The lines that do something: not the looks before. */
function acts(steps: ReturnType<typeof plan>["steps"]): readonly string[] {
  return steps.flatMap(({ run }) =>
    run.sh
      .split("\n")
      .map((line) =>
        line
          .replace(/^\[ -z "\$\(ip -4 route show .*\)" \] \|\| /, "")
          .replace(/^case .* \*\) (ip .*) ;; esac$/, "$1")
          .replace(/^ours \d+ \|\| /, "")
          .replace(/^(for i in [\d ]+; do) ! ours \$i \|\| /, "$1 "),
      )
      .filter((line) => /^(for i in [\d ]+; do )?ip /.test(line)),
  );
}

const ADD_A = "ip -4 nexthop add id 4001 via 192.168.1.1 dev eth1 proto 83";
const ADD_B = "ip -4 nexthop add id 4002 via 192.168.1.10 dev eth1 proto 83";
const ADD_G = "ip nexthop add id 4000 group 4001/4002 proto 83";
const TO_G = "ip -4 route replace default scope global nhid 4000";
const TO_PLAIN =
  "ip -4 route replace default scope global nexthop via 192.168.1.1 dev eth1 weight 1 nexthop via 192.168.1.10 dev eth1 weight 1";
const del = (...ids: readonly number[]) => `for i in ${ids.join(" ")}; do ip nexthop del id $i; done`;
const DEL_ALL = [del(4000), del(4001, 4002)];

describe("steps and undo", () => {
  it.each<[string, Params, string, readonly object[], readonly string[], readonly string[]]>([
    [
      "objects first, the route in one command, and nothing else",
      wants(),
      printed(two),
      [],
      [ADD_A, ADD_B, ADD_G, TO_G],
      [TO_PLAIN, ...DEL_ALL],
    ],
    [
      "back to a plain route: the route first, then the objects",
      { ...ecmp, nexthops: "route" },
      printed(led),
      [A, B, G],
      [TO_PLAIN, ...DEL_ALL],
      [ADD_A, ADD_B, ADD_G, TO_G],
    ],
    ["nothing where all is so", wants(), printed(led), [A, B, G], [], []],
    ["nothing where nobody asks about objects", ecmp, printed(led), [A, B, G], [], []],
    [
      "nothing where no objects are wanted, and none are",
      { ...ecmp, nexthops: "route" },
      printed(two),
      [],
      [],
      [],
    ],
    [
      "other weights: the group in place",
      wants({ via: [{ ...ecmp.via[0], weight: 3 }, ecmp.via[1]] }),
      printed(led),
      [A, B, G],
      ["ip nexthop replace id 4000 group 4001,3/4002 proto 83"],
      ["ip nexthop replace id 4000 group 4001/4002 proto 83"],
    ],
    [
      "another next hop: the new one, the group, then the old one goes",
      wants({ via: [ecmp.via[0], { gateway: "192.168.1.11", dev: "eth1" }] }),
      printed(led),
      [A, B, G],
      [
        "ip -4 nexthop add id 4003 via 192.168.1.11 dev eth1 proto 83",
        "ip nexthop replace id 4000 group 4001/4003 proto 83",
        del(4002),
      ],
      [ADD_B, "ip nexthop replace id 4000 group 4001/4002 proto 83", del(4003)],
    ],
    [
      "another kind of group: a new one of other number, for the kernel can't change it",
      wantsResilient(60),
      printed(led),
      [A, B, G],
      [
        "ip nexthop add id 4003 group 4001/4002 type resilient buckets 32 idle_timer 60 unbalanced_timer 0 proto 83",
        TO_G.replace("4000", "4003"),
        del(4000),
      ],
      [ADD_G, TO_G, del(4003)],
    ],
    [
      "another time of a resilient group: in place",
      wantsResilient(60),
      printed({ ...two, nhid: 4000 }),
      [A, B, { ...G, ...table(32, 120) }],
      [
        "ip nexthop replace id 4000 group 4001/4002 type resilient buckets 32 idle_timer 60 unbalanced_timer 0 proto 83",
      ],
      [
        "ip nexthop replace id 4000 group 4001/4002 type resilient buckets 32 idle_timer 120 unbalanced_timer 0 proto 83",
      ],
    ],
    [
      "a resilient group that is as wanted",
      wantsResilient(120),
      printed(led),
      [A, B, { ...G, ...table(32) }],
      [],
      [],
    ],
    [
      "somebody else's group stays, and is put back",
      wants(),
      printed({ ...two, nhid: 7 }),
      [
        member(5, "192.168.1.1", "0"),
        member(6, "192.168.1.10", "11"),
        group(7, [{ id: 5 }, { id: 6 }], { protocol: "0" }),
      ],
      [ADD_A, ADD_B, ADD_G, TO_G],
      ["ip -4 route replace default scope global nhid 7", ...DEL_ALL],
    ],
    [
      "somebody else's group stays where a plain route is wanted",
      { ...ecmp, nexthops: "route" },
      printed({ ...two, nhid: 7 }),
      [member(5, "192.168.1.1", "0"), group(7, [{ id: 5 }], { protocol: "0" })],
      [TO_PLAIN],
      ["ip -4 route replace default scope global nhid 7"],
    ],
    [
      "objects that are left where the route is gone",
      wants({ state: "absent" }),
      printed(),
      [A, B, G],
      DEL_ALL,
      [ADD_A, ADD_B, ADD_G],
    ],
    [
      "a realm goes: the kernel leaves it out with objects",
      wants({ via: undefined, gateway: "192.168.1.1", dev: "eth1" }),
      `${printed({ ...one, flow: "3" })}unicast default via 192.168.1.1 dev eth1 proto boot scope global realm 3 \n`,
      [],
      [ADD_A, "ip nexthop add id 4000 group 4001 proto 83", TO_G],
      ["ip -4 route replace default scope global realm 3 via 192.168.1.1 dev eth1", del(4000), del(4001)],
    ],
    [
      "an IPv6 gateway of an IPv4 route, and onlink",
      {
        to: "default",
        family: 4,
        via: [
          { gateway: "fe80::1", dev: "eth1" },
          { gateway: "10.9.9.9", dev: "eth1", onlink: true, weight: 2 },
          { dev: "ppp0" },
        ],
        nexthops: { type: "group", id: 4000 },
      },
      printed(),
      [],
      [
        "ip -6 nexthop add id 4001 via fe80::1 dev eth1 proto 83",
        "ip -4 nexthop add id 4002 via 10.9.9.9 dev eth1 proto 83 onlink",
        "ip -4 nexthop add id 4003 dev ppp0 proto 83",
        "ip nexthop add id 4000 group 4001/4002,2/4003 proto 83",
        TO_G,
      ],
      ["ip -4 route del default metric 0 nhid 4000", del(4000), del(4001, 4002, 4003)],
    ],
  ])("%s", (_name, params, routes, objects, steps, undo) => {
    const planned = plan(params, routes, objects);
    expect({ steps: acts(planned.steps), undo: acts(planned.undo) }).toEqual({ steps, undo });
  });

  it("says what it does, on the running state, and that it can cut the connection", () => {
    const { steps, undo } = plan(wants(), printed(two), []);
    const hops = "via 192.168.1.1 dev eth1 weight 1, 192.168.1.10 dev eth1 weight 1";
    expect(steps.map(({ title }) => title)).toEqual([
      "add nexthop 4001 (via 192.168.1.1 dev eth1), nexthop 4002 (via 192.168.1.10 dev eth1), nexthop group 4000 (4001, 4002) for default",
      `set default ${hops} by the nexthop group 4000 (was ${hops})`,
    ]);
    expect(undo.map(({ title }) => title)).toEqual([
      `set default ${hops} (was ${hops} by the nexthop group 4000)`,
      "remove nexthop group 4000 (4001, 4002), nexthop 4001 (via 192.168.1.1 dev eth1), nexthop 4002 (via 192.168.1.10 dev eth1) of default",
    ]);
    for (const step of [...steps, ...undo]) expect(step).toMatchObject({ layer: "running", cuts: true });
    expect(resource.kernelOnly).toBe(true);
  });

  it("looks at what is there before it adds or removes", () => {
    const { steps, undo } = plan(wants(), printed(two), []);
    expect(steps[0]?.run.sh).toContain("ours 4001 || ip -4 nexthop add id 4001");
    expect(undo[1]?.run.sh).toContain("! ours $i || ip nexthop del id $i");
  });
});

describe("what the route does not tell", () => {
  const terse = { dst: "default", type: "unicast", protocol: "boot", scope: "global", flags: [] };
  it.each<[string, object, readonly object[]]>([
    ["a group", { ...terse, nhid: 4000 }, [A, B, G]],
    ["a group in another order", { ...terse, nhid: 4000 }, [B, A, group(4000, [{ id: 4002 }, { id: 4001 }])]],
  ])("is read from the objects: %s", (_name, found, objects) => {
    const routes = `${printed(found)}${printed(...objects)}`;
    const p = schema.parse(ecmp);
    const state = resource.parse([routes], p);
    expect(state?.via.map(({ gateway }) => gateway).toSorted()).toEqual(["192.168.1.1", "192.168.1.10"]);
    expect(resource.steps(state, resource.target(p, state), p)).toEqual([]);
  });

  it("is told by its number where nobody knows it", () => {
    const p = schema.parse(ecmp);
    const state = resource.parse([printed({ ...terse, nhid: 7 })], p);
    const [step] = resource.steps(state, resource.target(p, state), p);
    expect(step?.title).toMatch(/\(was nhid 7\)$/);
  });
});

describe("what is refused, with its reason", () => {
  const NO_COMMAND = 'lacking: Object "nexthop" is unknown, try "ip help".\n';
  const NO_KERNEL = "lacking: RTNETLINK answers: Operation not supported\nDump terminated\n";
  it.each<[string, Params, readonly string[], RegExp, RegExp]>([
    [
      "no such command",
      wants(),
      [printed(two), NO_COMMAND],
      /no nexthop objects: Object "nexthop" is unknown/,
      /Linux 5.3/,
    ],
    [
      "no such kernel",
      wants(),
      [printed(), NO_KERNEL],
      /no nexthop objects: .*not supported$/,
      /nexthops: "route"/,
    ],
    [
      "no resilient groups",
      wantsResilient(60),
      [printed(two), printed(), 'lacking: Command "bucket" is unknown, try "ip nexthop help".\n'],
      /no resilient nexthop groups: Command "bucket" is unknown/,
      /Linux 5.13/,
    ],
    [
      "a number that is somebody else's",
      wants(),
      [printed(two), printed(member(4001, "192.168.1.7", "0"))],
      /4001, which it would make, is somebody else's/,
      /other numbers/,
    ],
    [
      "a number of a kind that is not ours",
      wants(),
      [printed(two), printed({ id: 4000, blackhole: null, protocol: "83", flags: [] })],
      /4000, which it would make/,
      /other numbers/,
    ],
    [
      "another route leads to our group",
      { ...ecmp, nexthops: "route" },
      [printed(led, { ...led, dst: "10.0.0.0/8" }), printed(A, B, G)],
      /4000 is what another route leads to: 10.0.0.0\/8/,
      /other numbers/,
    ],
    [
      "somebody else's group has our next hop",
      { ...ecmp, nexthops: "route" },
      [printed(led), printed(A, B, G, group(9, [{ id: 4001 }], { protocol: "0" }))],
      /4001 is in a group of somebody else's: 9/,
      /other numbers/,
    ],
    [
      "what changes while it is read",
      wants(),
      [printed(), "Dump was interrupted\n"],
      /changed while/,
      /again/,
    ],
    ["broken JSON", wants(), [printed(), "[{,}]\n"], /broken JSON/, /Update/],
    ["JSON of another world", wants(), [printed(), printed({ id: "x" })], /does not know/, /0\.id/],
  ])("%s", (_name, params, outputs, message, hint) => {
    const thrown = ((): unknown => {
      try {
        return resource.parse(outputs, schema.parse(params));
      } catch (error) {
        return error;
      }
    })();
    expect(thrown).toBeInstanceOf(ProbeError);
    expect(thrown instanceof ProbeError ? [thrown.message, thrown.hint] : []).toEqual([
      expect.stringMatching(message),
      expect.stringMatching(hint),
    ]);
  });

  it("but a host without objects may have what needs none", () => {
    const outputs = [printed(two), NO_COMMAND];
    for (const params of [
      { ...ecmp, nexthops: "route" },
      { to: "default", state: "absent", nexthops: "group" },
    ] as const) {
      const p = schema.parse(params);
      expect(resource.parse(outputs, p)).toMatchObject({ objects: [] });
    }
  });

  it("and a route of ours that others use is left as it is where it is as wanted", () => {
    const outputs = [printed(led, { ...led, dst: "10.0.0.0/8" }), printed(A, B, G)];
    expect(resource.parse(outputs, schema.parse(wants()))).toMatchObject({ nhid: 4000 });
  });
});

it("asks about objects only where a task does, and about buckets only where they are wanted", () => {
  const scripts = (nexthops: Params["nexthops"]) => resource.probe(schema.parse({ ...ecmp, nexthops }));
  const [routes] = scripts(undefined);
  expect(scripts(undefined)).toHaveLength(1);
  expect(scripts("group")).toEqual([routes, NEXTHOPS]);
  expect(scripts("route")).toEqual([routes, NEXTHOPS]);
  expect(scripts("resilient")).toEqual([routes, NEXTHOPS, BUCKETS]);
});

describe("notes", () => {
  const notes = (params: Params, routes: string, ...objects: readonly object[]) =>
    resource
      .notes?.([routes, printed(...objects)], schema.parse(params))
      .filter((note) => note.includes("nexthop"));
  it("say whose the objects are", () => {
    const own = { ...two, nhid: firstId("default") };
    expect(notes(ecmp, printed(own))).toEqual([
      expect.stringMatching(/made for it before: nexthops: "route"/),
    ]);
    expect(notes(ecmp, printed({ ...one, nhid: 7 }))).toEqual([
      expect.stringMatching(/something else manages/),
    ]);
    expect(notes(wants(), printed({ ...two, nhid: 7 }))).toEqual([
      expect.stringMatching(/something else manages/),
    ]);
    expect(notes({ ...ecmp, nexthops: "route" }, printed(led), A, B, G)).toEqual([]);
    expect(notes(wants(), printed(led), A, B, G)).toEqual([]);
  });
});

describe("numbers", () => {
  it("differ from key to key, and stay", () => {
    expect(firstId("default")).toBe(1673200640);
    expect(firstId("-6 default")).not.toBe(firstId("default"));
  });

  const hops = fc
    .uniqueArray(fc.record({ host: fc.integer({ min: 1, max: 12 }), onlink: fc.boolean() }), {
      minLength: 1,
      maxLength: 8,
      selector: ({ host, onlink }) => `${host} ${onlink}`,
    })
    .chain((list) =>
      fc.tuple(...list.map((hopOf) => fc.integer({ min: 1, max: 4 }).map((weight) => toHop(hopOf, weight)))),
    );
  const wish = fc.record({
    via: hops,
    resilient: fc.option(fc.record({ buckets: fc.integer({ min: 32, max: 34 }) }), { nil: undefined }),
    first: fc.constantFrom(4000, 9000),
  });

  it("are unique, the route's own, kept by what is kept, and never given to another thing", () => {
    fc.assert(
      fc.property(fc.array(wish, { minLength: 2, maxLength: 6 }), (wishes) => {
        let actual: { objects: readonly NexthopObject[]; nhid: number | undefined } = {
          objects: [],
          nhid: undefined,
        };
        for (const { via, resilient, first } of wishes) {
          const more =
            resilient === undefined ? {} : { resilient: { ...resilient, idleTimer: 1, unbalancedTimer: 0 } };
          const type = resilient === undefined ? "group" : "resilient";
          const next = objectsFor({ type, first, ...more }, via, actual);
          const ids = next.objects.map(({ id }) => id);
          expect(new Set(ids).size).toBe(via.length + 1);
          expect(ids.every((id) => inBlock(id, first) && id < first + BLOCK)).toBe(true);
          for (const old of actual.objects) {
            const now = next.objects.find(({ id }) => id === old.id);
            if (now === undefined) continue;
            expect(isGroup(now)).toBe(isGroup(old));
            if (!isGroup(now)) expect(now).toEqual(old);
            else if (isGroup(old)) expect(now.resilient?.buckets).toBe(old.resilient?.buckets);
          }
          const group = next.objects.find(({ id }) => id === next.nhid);
          expect(
            group !== undefined && isGroup(group) ? group.members.map(({ weight }) => weight) : [],
          ).toEqual(via.map(({ weight }) => weight));
          expect(objectsFor({ type, first, ...more }, via, next)).toEqual(next);
          actual = next;
        }
      }),
    );
  });
});

function toHop({ host, onlink }: { host: number; onlink: boolean }, weight: number): NextHop {
  return { gateway: `10.0.0.${host}`, dev: "eth1", weight, ...(onlink ? { onlink: true as const } : {}) };
}
