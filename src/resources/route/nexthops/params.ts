import { z } from "zod";
import { BLOCK } from "./ids.js";
import type { Resilient } from "./types.js";

const seconds = z.int().min(0).max(42949672);
const id = z
  .int()
  .min(1)
  .max(4294967296 - BLOCK)
  .optional();

/** A group whose next hops share the flows by their hash, as a plain multipath route's do (ip-nexthop(8)). */
const group = z.strictObject({
  type: z.literal("group"),
  /** First of the numbers that the route's objects may take, 1024 in all; absent: told by the route's own key. */
  id,
});

/** A group that keeps flows on their next hop by a table of buckets; Linux 5.13 (ip-nexthop(8)). */
const resilient = z.strictObject({
  type: z.literal("resilient"),
  /** First of the numbers that the route's objects may take, 1024 in all; absent: told by the route's own key. */
  id,
  /** Size of the table; each next hop has its share by weight. A running group can't change it: another group takes its place. */
  buckets: z.int().min(1).max(65535).default(128),
  /** Seconds without a packet after which a bucket may go to a next hop that has too few (the kernel's default). */
  idleTimer: seconds.default(120),
  /** Seconds after which buckets go there although they are in use; 0: never (the kernel's default). */
  unbalancedTimer: seconds.default(0),
});

/** What a playbook may say of nexthop objects. */
export const nexthopsOption = z.union([
  z.enum(["route", "group", "resilient"]),
  z.discriminatedUnion("type", [group, resilient]),
]);

/** What is wanted of nexthop objects, in full. */
export interface Nexthops {
  /** `route`: none, next hops stand in the route itself. */
  readonly type: "route" | "group" | "resilient";
  /** First of the numbers that the route's objects may take. */
  readonly first: number;
  readonly resilient?: Resilient;
}

/** Completes the option. @param first The number to begin with where the playbook names none. */
export function toNexthops(option: z.output<typeof nexthopsOption>, first: number): Nexthops {
  if (option === "route") return { type: option, first };
  if (option === "group") return { type: option, first };
  const {
    type,
    id: own = first,
    ...more
  } = option === "resilient" ? resilient.parse({ type: option }) : option;
  return "buckets" in more ? { type, first: own, resilient: more } : { type, first: own };
}
