import { z } from "zod";
import { ProbeError } from "../model/resource.js";
import { sh } from "../model/sh.js";
import type { Controller } from "../resources/network/controller.js";
import { CONTROLLER, readController } from "../resources/network/controller.js";
import { OWNERS } from "../resources/network/probe.js";
import type { Owner } from "../resources/network/read.js";
import { readOwners } from "../resources/network/read.js";
import type { Fact } from "./fact.js";

/** An address of an interface. */
export interface AddressFact {
  readonly family: 4 | 6;
  readonly address: string;
  /** Length of its network, in bits. */
  readonly prefix: number;
  /** How far it is valid (ip-address(8)): `global`, `link`, `host`. */
  readonly scope: string;
  /**
   * Why the kernel does not use an IPv6 address (ip-address(8)): `tentative` while it asks whether another machine on the link has it,
   * `dadfailed` where one has. Absent where it is in use.
   */
  readonly unusable?: "tentative" | "dadfailed";
}

/** One network interface. */
export interface InterfaceFact {
  readonly name: string;
  /** As the kernel has it: `UP`, `DOWN`, `UNKNOWN`. */
  readonly state: string;
  /** Hardware address, where it has one. */
  readonly mac?: string;
  /** Largest packet, in bytes. */
  readonly mtu: number;
  readonly addresses: readonly AddressFact[];
  /** Who configures it; usually one. */
  readonly owners: readonly Owner[];
}

/** One default route; several compete by their metric. */
export interface DefaultRouteFact {
  readonly family: 4 | 6;
  readonly table: string;
  /** Lower wins. */
  readonly metric: number;
  /** Who installed it: `boot`, `static`, `dhcp`, `ra`. */
  readonly protocol: string;
  readonly via: readonly { readonly gateway?: string; readonly dev?: string; readonly weight: number }[];
}

/** A host's network. */
export interface NetworkFact {
  readonly interfaces: readonly InterfaceFact[];
  /** All default routes of all tables. */
  readonly defaults: readonly DefaultRouteFact[];
  /** How this controller is seen from the host, null where the login is not by ssh. */
  readonly controller: Controller | null;
}

const link = z.object({
  ifname: z.string(),
  operstate: z.string().default("UNKNOWN"),
  address: z.string().optional(),
  mtu: z.number().default(0),
  addr_info: z
    .array(
      z.object({
        family: z.string(),
        local: z.string().optional(),
        prefixlen: z.number().default(0),
        scope: z.string().default("global"),
        tentative: z.boolean().default(false),
        dadfailed: z.boolean().default(false),
      }),
    )
    .default([]),
});

const hop = z.object({
  gateway: z.string().optional(),
  via: z.object({ host: z.string() }).optional(),
  dev: z.string().optional(),
  weight: z.number().default(1),
});

type Hop = z.output<typeof hop>;

const found = hop.extend({
  table: z.string().default("main"),
  metric: z.number().default(0),
  protocol: z.string().default("boot"),
  nexthops: z.array(hop).optional(),
  nhid: z.number().optional(),
  /** What its nexthop object is, where that is no group. */
  nh_info: hop.optional(),
});

function read<T>(schema: z.ZodType<T>, text: string): readonly T[] {
  try {
    return z.array(schema).parse(JSON.parse(text.trim() === "" ? "[]" : text));
  } catch {
    throw new ProbeError(
      "`ip -j` printed what Surefoot does not know",
      "The fact `network` needs iproute2 5.5 or later on the host.",
    );
  }
}

/**
 * Next hops of a route; where its kernel does not say what its nexthop object holds (Linux ip-sysctl, nexthop_compat_mode) those that the tool
 * says, which for a group are none.
 */
function told(hops: readonly Hop[], objects: readonly (Hop | undefined)[]): readonly Hop[] {
  const says = ({ gateway, via, dev }: Hop): boolean => (gateway ?? via ?? dev) !== undefined;
  if (objects.length === 0 || hops.some(says)) return hops;
  return objects.flatMap((one) => (one !== undefined && says(one) ? [one] : []));
}

/** An address as `ip` tells it; one that could not be shared is told as tentative, too. */
function address({
  family,
  local,
  prefixlen,
  scope,
  tentative,
  dadfailed,
}: z.output<typeof link>["addr_info"][number]): readonly AddressFact[] {
  if (local === undefined) return [];
  const unusable = dadfailed ? "dadfailed" : tentative ? "tentative" : undefined;
  return [
    {
      family: family === "inet6" ? 6 : 4,
      address: local,
      prefix: prefixlen,
      scope,
      ...(unusable === undefined ? {} : { unusable }),
    },
  ];
}

function routes(text: string, family: 4 | 6): readonly DefaultRouteFact[] {
  return read(found, text).map(({ table, metric, protocol, nexthops, nhid, nh_info: object, ...only }) => ({
    family,
    table,
    metric,
    protocol,
    via: told(nexthops ?? [only], nhid === undefined ? [] : [object]).map((one) => {
      const gateway = one.gateway ?? one.via?.host;
      return {
        ...(gateway === undefined ? {} : { gateway }),
        ...(one.dev === undefined ? {} : { dev: one.dev }),
        weight: one.weight,
      };
    }),
  }));
}

/** Interfaces with their addresses and owners, default routes, and the way to this controller. Needs iproute2. */
export const network: Fact<NetworkFact> = {
  scripts: [
    sh`ip -j address show`,
    sh`ip -d -j -4 route show table all exact default`,
    // A kernel without IPv6 has no routes of it.
    sh`[ ! -d /proc/sys/net/ipv6 ] || ip -d -j -6 route show table all exact default`,
    OWNERS,
    CONTROLLER,
  ],
  parse: ([addresses = "", four = "", six = "", owners = "", controller = ""]) => {
    const owned = readOwners(owners);
    return {
      interfaces: read(link, addresses).map((one) => ({
        name: one.ifname,
        state: one.operstate,
        ...(one.address === undefined ? {} : { mac: one.address }),
        mtu: one.mtu,
        addresses: one.addr_info.flatMap(address),
        owners: owned.get(one.ifname) ?? [],
      })),
      defaults: [...routes(four, 4), ...routes(six, 6)],
      controller: readController(controller),
    };
  },
};
