import { z } from "zod";

const gateway = z.strictObject({
  /** The gateway's address on the host's own network. */
  address: z.ipv4("failover is for IPv4 gateways: for IPv6 the kernel's own means are not tried yet"),
  /** Share of the new connections relative to the other gateways' (mode pinned; the kernel's own is the route's). */
  weight: z.int().min(1).max(256).default(1),
});

/** Gateways and the interface that faces them, as both modes need them. */
const shared = {
  /** The interface that faces all gateways. */
  interface: z
    .string()
    .regex(
      /^[A-Za-z0-9_.-]{1,15}$/,
      "an interface name has 1 to 15 letters, digits, dots, dashes or underscores",
    ),
  gateways: z
    .array(gateway)
    .min(2, "failover needs at least two gateways")
    .max(16, "failover takes at most 16 gateways")
    .refine(
      (gateways) => new Set(gateways.map(({ address }) => address)).size === gateways.length,
      "each gateway can be there only once",
    )
    .readonly(),
};

const none = z.strictObject({ mode: z.literal("none") });

const kernel = z.strictObject({ mode: z.literal("kernel"), ...shared });

/** Bits of a mark that tell the gateway: eight of them, so that other bits stay for others. */
const SHIFTS = [0, 8, 16, 24] as const;

const pinned = z.strictObject({
  mode: z.literal("pinned"),
  ...shared,
  /** Hosts beyond the gateways that answer ping; a gateway through which none of them answers is dead. */
  targets: z.array(z.ipv4()).min(1, "pinned needs at least one target beyond the gateways").max(8).readonly(),
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
