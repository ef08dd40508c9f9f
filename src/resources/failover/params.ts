import { z } from "zod";
import type { Family } from "../route/address.js";
import { canonicalAddress, familyOf } from "../route/address.js";

const device = z
  .string()
  .regex(
    /^[A-Za-z0-9_.-]{1,15}$/,
    "an interface name has 1 to 15 letters, digits, dots, dashes or underscores",
  );

const gateway = z.strictObject({
  /** The gateway's address on the host's own network; of IPv6 also a link-local one. */
  address: z
    .string()
    .refine((text) => familyOf(text) !== null, "this is no IP address")
    .transform(canonicalAddress),
  /** The interface that faces it, where that is another than the others'. */
  interface: device.optional(),
  /** Share of the new connections relative to the other gateways' (mode pinned; the kernel's own is the route's). */
  weight: z.int().min(1).max(256).default(1),
});

/** A gateway and the way to it. */
export interface Way {
  readonly address: string;
  readonly family: Family;
  readonly dev: string;
  readonly weight: number;
}

/** Gateways and the interfaces that face them, as both modes need them. */
const shared = {
  /** The interface that faces the gateways, but for those that name another. */
  interface: device.optional(),
  gateways: z
    .array(gateway)
    .min(2, "failover needs at least two gateways")
    .max(16, "failover takes at most 16 gateways")
    .refine(
      // A link-local address is one only together with its interface.
      (gateways) =>
        new Set(gateways.map((one) => `${one.address}%${one.interface}`)).size === gateways.length,
      "each gateway can be there only once",
    )
    .readonly(),
};

interface Shared {
  readonly interface?: string | undefined;
  readonly gateways: readonly z.output<typeof gateway>[];
}

/** Resolves the way to each gateway. */
function withWays<P extends Shared>({ interface: common, gateways, ...rest }: P, ctx: z.RefinementCtx) {
  const ways = gateways.map(({ address, weight, interface: own = common }, i): Way => {
    if (own === undefined)
      ctx.addIssue({
        code: "custom",
        path: ["gateways", i, "interface"],
        message: "a gateway needs an interface, its own or that of all",
      });
    return { address, family: familyOf(address) ?? 4, dev: own ?? "", weight };
  });
  return { ...rest, gateways: ways };
}

const none = z.strictObject({ mode: z.literal("none") });

const kernel = z.strictObject({ mode: z.literal("kernel"), ...shared }).transform(withWays);

/** Bits of a mark that tell the gateway: eight of them, so that other bits stay for others. */
const SHIFTS = [0, 8, 16, 24] as const;

const pinned = z
  .strictObject({
    mode: z.literal("pinned"),
    ...shared,
    gateways: shared.gateways.refine(
      (gateways) => gateways.every(({ address }) => familyOf(address) === 4),
      "pinned is for IPv4 gateways; for IPv6 there is mode kernel",
    ),
    /** Hosts beyond the gateways that answer ping; a gateway through which none of them answers is dead. */
    targets: z
      .array(z.ipv4())
      .min(1, "pinned needs at least one target beyond the gateways")
      .max(8)
      .readonly(),
    /** Seconds between two probes of each gateway. */
    interval: z.number().min(0.2).max(60).default(1),
    /** Probes in a row that fail before new connections avoid a gateway. */
    misses: z.int().min(1).max(100).default(2),
    /** Probes in a row that succeed before new connections use it again. */
    hits: z.int().min(1).max(100).default(3),
    /** Lowest of the eight bits of packet and connection marks that it uses. */
    markShift: z.literal(SHIFTS).default(16),
    /** First of its routing tables, one for each gateway. */
    table: z.int().min(1).max(4294900000).default(5801),
    /** First of its routing rules' priorities, two for each gateway. */
    priority: z.int().min(1).max(32700).default(5800),
  })
  .transform(withWays)
  // A connection has the source address of the interface that the route chose for it; another one's gateway need not know the way back to that.
  .refine((p) => devsOf(p).length === 1, {
    path: ["gateways"],
    error: "pinned is for gateways on one interface; on several there is mode kernel",
  });

/** Parameters of failover. */
export const failoverParams = z.discriminatedUnion("mode", [none, kernel, pinned]);

/** Parameters, validated. */
export type FailoverParams = z.output<typeof failoverParams>;
/** Parameters of mode kernel. */
export type KernelParams = z.output<typeof kernel>;
/** Parameters of mode pinned. */
export type PinnedParams = z.output<typeof pinned>;
/** Parameters of a mode that does something. */
export type ActiveParams = KernelParams | PinnedParams;

/** The interfaces that face gateways, each once. */
export function devsOf({ gateways }: { readonly gateways: readonly Way[] }): readonly string[] {
  return [...new Set(gateways.map(({ dev }) => dev))];
}
