import { describe, expect, it } from "vitest";
import { ProbeError, TaskParamsError } from "../../src/model/resource.js";
import { route } from "../../src/resources/route.js";
import type { Params } from "./route-fixtures.js";
import { ecmp, one, printed, two } from "./route-fixtures.js";

const { resource, schema } = route;

describe("keys", () => {
  it.each<[Params, string]>([
    [ecmp, "route default"],
    [{ ...ecmp, metric: 0, table: 254 }, "route default"],
    [{ ...ecmp, metric: 50, table: "isp1" }, "route default table isp1 metric 50"],
    [{ to: "10.0.0.1/32", dev: "eth1" }, "route 10.0.0.1"],
    [{ to: "::/0", gateway: "fd00::1" }, "route -6 default"],
    [{ to: "default", gateway: "fd00::1", metric: 1024 }, "route -6 default"],
    [{ to: "2001:DB8::/32", gateway: "fd00::1", metric: 5 }, "route -6 2001:db8::/32 metric 5"],
  ])("%j is %s", (params, id) => {
    expect(route(params).id).toBe(id);
  });

  it("reads a table once for all its routes", () => {
    const script = (params: Params): string | undefined => resource.probe(schema.parse(params))[0]?.sh;
    expect(script(ecmp)).toBe(script({ to: "10.0.0.0/8", dev: "eth1", metric: 5 }));
    expect(script(ecmp)).not.toBe(script({ ...ecmp, table: 100 }));
  });
});

it.each<[Params, RegExp]>([
  [{ to: "default" }, /needs a next hop/],
  [{ to: "default", via: [] }, /via/],
  [{ to: "default", via: [{ weight: 1 }] }, /gateway or a dev/],
  [{ ...ecmp, gateway: "192.168.1.1" }, /give via, or gateway and dev/],
  [{ to: "default", gateway: "192.168.1.1", onlink: true }, /onlink needs a dev/],
  [{ to: "default", gateway: "eth1" }, /no IP address/],
  [{ to: "default", gateway: "fe80::1%eth1" }, /no IP address/],
  [{ to: "10.0.0.1/8", dev: "eth1" }, /bits set behind its length/],
  [{ to: "10.0.0.0/33", dev: "eth1" }, /write default, a network/],
  [{ to: "fd00::/8", gateway: "192.168.1.1" }, /mix IPv4 and IPv6/],
  [{ to: "10.0.0.0/8", gateway: "192.168.1.1", src: "fd00::1" }, /mix IPv4 and IPv6/],
  [{ to: "default", via: [{ gateway: "fd00::1" }, { gateway: "192.168.1.1" }] }, /mix IPv4 and IPv6/],
  [{ to: "default", gateway: "fd00::1", scope: "link" }, /no scope/],
  [{ to: "default", dev: "eth1", table: "all" }, /no single table/],
  [{ ...ecmp, via: [{ gateway: "192.168.1.1" }], nexthops: "group" }, /needs a dev/],
  [{ ...ecmp, via: [ecmp.via[0], { ...ecmp.via[0], weight: 2 }], nexthops: "group" }, /twice/],
  [{ ...ecmp, nexthops: { type: "resilient", buckets: 1 } }, /fewer buckets than the weights/],
  [
    { ...ecmp, via: [ecmp.via[0], { ...ecmp.via[1], weight: 128 }], nexthops: "resilient" },
    /fewer buckets than the weights/,
  ],
  [{ ...ecmp, nexthops: { type: "resilient", buckets: 65536 } }, /nexthops/],
  [{ ...ecmp, nexthops: { type: "group", id: 0 } }, /nexthops/],
  [{ ...ecmp, nexthops: { type: "group", id: 4294966273 } }, /nexthops/],
  [{ to: "default", dev: "an interface" }, /1 to 15 characters/],
  [{ to: "default", via: [{ gateway: "192.168.1.1", weight: 0 }] }, /weight/],
  [{ to: "default", via: [{ gateway: "192.168.1.1", weight: 257 }] }, /weight/],
])("refuses %j", (params, message) => {
  expect(() => route(params)).toThrow(TaskParamsError);
  expect(() => route(params)).toThrow(message);
});

describe("what can't be read, or could not be put back, is unknown with its reason", () => {
  it.each<[string, Params, string, RegExp, RegExp]>([
    [
      "broken JSON",
      ecmp,
      '[{"dst":"default","nexthops":[{"dev":"eth1"}{"dev":"eth1"}]}]',
      /broken JSON/,
      /5\.5/,
    ],
    ["busybox", ecmp, "this ip is not iproute2's\n", /not iproute2/, /Install/],
    [
      "a table that changes",
      ecmp,
      `${printed(one)}Dump was interrupted and may be inconsistent.\n`,
      /changed while/,
      /again/,
    ],
    [
      "text that does not fit the JSON",
      ecmp,
      `${printed(one, two)}unicast default dev eth1 mtu 1400\n`,
      /changed while/,
      /again/,
    ],
    ["JSON of another world", ecmp, printed({ dst: 7 }), /does not know/, /0\.to/],
    [
      "a default by router advertisements",
      { to: "::/0", gateway: "fe80::1", dev: "eth1" },
      printed({ ...one, gateway: "fe80::1", protocol: "ra", metric: 1024, expires: 300 }),
      /router advertisements/,
      /metric: 512/,
    ],
    [
      "an encapsulation",
      ecmp,
      `[{"type":"unicast","dst":"default","encap":"ip","id":5,"dst":"10.9.9.9","dev":"eth1","flags":[]}]\nunicast default encap ip id 5 dst 10.9.9.9 dev eth1\n`,
      /could not be put back/,
      /by hand/,
    ],
    [
      "ours behind another of the same metric",
      ecmp,
      printed(one, two),
      /behind another of the same metric/,
      /ip route del default via 192.168.1.1 dev eth1/,
    ],
    ["several to be removed", { to: "default", state: "absent" }, printed(one, two), /2 times/, /by hand/],
  ])("%s", (_name, params, output, message, hint) => {
    const thrown = ((): unknown => {
      try {
        return resource.parse([output], schema.parse(params));
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
});
