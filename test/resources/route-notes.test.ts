import { describe, expect, it } from "vitest";
import { route } from "../../src/resources/route.js";

const { resource, schema } = route;
type Params = Parameters<typeof route>[0];

const ecmp = {
  to: "default",
  via: [
    { gateway: "192.168.1.1", dev: "eth1" },
    { gateway: "192.168.1.10", dev: "eth1" },
  ],
} as const;
const hop = (gateway: string, ...flags: readonly string[]) => ({ gateway, dev: "eth1", weight: 1, flags });
const ours = {
  dst: "default",
  protocol: "boot",
  flags: [],
  nexthops: [hop("192.168.1.1"), hop("192.168.1.10")],
};
const link = {
  dst: "192.168.1.0/24",
  dev: "eth1",
  protocol: "kernel",
  scope: "link",
  prefsrc: "192.168.1.20",
  flags: [],
};
const single = { dst: "default", gateway: "192.168.1.1", dev: "eth1", flags: [] };

describe("notes", () => {
  it.each<[string, { params?: Params; routes: readonly object[]; notes: readonly string[] }]>([
    ["all is well", { routes: [ours, link], notes: [] }],
    ["a plain default is replaced", { routes: [single, link], notes: [] }],
    [
      "a DHCP client's default remains at a higher metric",
      {
        routes: [{ ...single, metric: 100, protocol: "dhcp" }, ours, link],
        notes: ["this one wins over default metric 100 via 192.168.1.1 dev eth1 (dhcp): its metric is lower"],
      },
    ],
    [
      "a default of a lower metric shadows ours",
      {
        params: { ...ecmp, metric: 200 },
        routes: [
          { ...single, dev: "eth0", protocol: "static" },
          { ...single, metric: 300, protocol: "dhcp" },
          link,
        ],
        notes: [
          "default metric 0 via 192.168.1.1 dev eth0 (static) wins over this one: its metric is lower",
          "this one wins over default metric 300 via 192.168.1.1 dev eth1 (dhcp): its metric is lower",
        ],
      },
    ],
    [
      "a VPN's two halves",
      {
        routes: [
          ours,
          link,
          { dst: "0.0.0.0/1", dev: "tun0", flags: [] },
          { dst: "128.0.0.0/1", dev: "tun0", flags: [] },
        ],
        notes: [
          "0.0.0.0/1 metric 0 dev tun0 (boot) and 128.0.0.0/1 metric 0 dev tun0 (boot): more specific than any default, most likely a VPN's; it takes the traffic",
        ],
      },
    ],
    [
      "several defaults of our metric",
      {
        routes: [ours, { ...single, dev: "eth0" }, link],
        notes: ["there are 2 routes of metric 0: the kernel uses the first, not via 192.168.1.1 dev eth0"],
      },
    ],
    [
      "a DHCP client's default is replaced",
      {
        routes: [{ ...single, protocol: "dhcp" }, link],
        notes: ["was installed by dhcp, which may bring it back"],
      },
    ],
    [
      "a nexthop object's default is replaced",
      {
        routes: [{ ...single, nhid: 7, protocol: "zebra" }, link],
        notes: [
          "was installed by zebra, which may bring it back",
          "leads to the nexthop object 7, which something else manages",
        ],
      },
    ],
    [
      "the second gateway is not on the link",
      {
        params: {
          to: "default",
          via: [
            { gateway: "192.168.1.1", dev: "eth1" },
            { gateway: "192.168.2.1", dev: "eth1" },
          ],
        },
        routes: [single, link],
        notes: [
          "no connected network of eth1 holds the gateway 192.168.2.1: the kernel will refuse via 192.168.2.1 dev eth1",
        ],
      },
    ],
    [
      "the interface is another",
      {
        params: { to: "default", gateway: "192.168.1.1", dev: "eth0" },
        routes: [link],
        notes: [
          "no connected network of eth0 holds the gateway 192.168.1.1: the kernel will refuse via 192.168.1.1 dev eth0",
        ],
      },
    ],
    [
      "onlink hides a wrong network",
      {
        params: { to: "default", gateway: "10.9.9.9", dev: "eth1", onlink: true },
        routes: [link],
        notes: ["no connected network of eth1 holds the gateway 10.9.9.9, which onlink hides"],
      },
    ],
    [
      "next hops that are down",
      {
        routes: [
          { ...ours, nexthops: [hop("192.168.1.1", "linkdown"), hop("192.168.1.10", "dead", "linkdown")] },
          link,
        ],
        notes: [
          "via 192.168.1.1 dev eth1 is linkdown",
          "via 192.168.1.10 dev eth1 is dead",
          "via 192.168.1.10 dev eth1 is linkdown",
        ],
      },
    ],
    [
      "IPv6 link-local gateways are on any link",
      { params: { to: "::/0", gateway: "fe80::1", dev: "eth1" }, routes: [], notes: [] },
    ],
    [
      "IPv6 networks count by their bits",
      {
        params: {
          to: "::/0",
          via: [
            { gateway: "fd00::1", dev: "eth1" },
            { gateway: "fd00:1::1", dev: "eth1" },
          ],
        },
        routes: [{ dst: "fd00::/64", dev: "eth1", metric: 256, flags: [] }],
        notes: [
          "no connected network of eth1 holds the gateway fd00:1::1: the kernel will refuse via fd00:1::1 dev eth1",
        ],
      },
    ],
    ["other tables hold no connected networks", { params: { ...ecmp, table: 100 }, routes: [], notes: [] }],
    [
      "a route that is to go needs no gateway",
      { params: { to: "default", state: "absent" }, routes: [], notes: [] },
    ],
  ])("%s", (_name, { params = ecmp, routes, notes }) => {
    expect(resource.notes?.([JSON.stringify(routes)], schema.parse(params))).toEqual(notes);
  });
});
