import { z } from "zod";
import { ProbeError } from "../../../model/resource.js";
import { canonicalAddress } from "../address.js";
import { inBlock, MARK } from "./ids.js";
import { LACKING } from "./probe.js";
import type { NexthopObject } from "./types.js";
import { isGroup } from "./types.js";

/** A nexthop object as `ip -N -d -j nexthop show` prints it (ip-nexthop(8)); weights of 1 are left out. */
const entry = z.object({
  id: z.number(),
  gateway: z.string().optional(),
  via: z.object({ host: z.string() }).optional(),
  dev: z.string().optional(),
  group: z.array(z.object({ id: z.number(), weight: z.number().default(1) })).optional(),
  type: z.string().optional(),
  resilient_args: z
    .object({ buckets: z.number(), idle_timer: z.number(), unbalanced_timer: z.number() })
    .optional(),
  encap: z.unknown().optional(),
  fdb: z.unknown().optional(),
  protocol: z.string().optional(),
  flags: z.array(z.string()).default([]),
});

/** A nexthop object of the host, whoever made it. */
export interface FoundObject {
  readonly id: number;
  /** It carries the mark of ours. */
  readonly marked: boolean;
  /** What it is, where it is one that this program makes. */
  readonly object?: NexthopObject;
  readonly flags: readonly string[];
}

/** What the host says where it lacks what was asked for; undefined where it has it. */
export function lackingIn(output: string): string | undefined {
  const [line = ""] = output.split("\n");
  return line.startsWith(LACKING) ? line.slice(LACKING.length) : undefined;
}

/**
 * Reads the output of `NEXTHOPS`.
 * @returns what the host says where it has no such objects.
 * @throws ProbeError where it can't be understood.
 */
export function parseObjects(
  output: string,
): { readonly found: readonly FoundObject[] } | { readonly lacking: string } {
  const lacking = lackingIn(output);
  if (lacking !== undefined) return { lacking };
  if (output.includes("Dump was interrupted")) {
    throw new ProbeError("the nexthop objects changed while they were read", "Run the command again.");
  }
  const result = z.array(entry).safeParse(parseJson(output));
  if (!result.success) {
    const [issue] = result.error.issues;
    throw new ProbeError(
      "`ip -j nexthop` printed what Surefoot does not know",
      `Please report it: ${issue?.path.map(String).join(".")}: ${issue?.message}`,
    );
  }
  return { found: result.data.map(toFound) };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text.trim() === "" ? "[]" : text);
  } catch {
    throw new ProbeError("`ip -j nexthop` printed broken JSON", "Update iproute2 on the host.");
  }
}

function toFound(one: z.output<typeof entry>): FoundObject {
  const object = toObject(one);
  return {
    id: one.id,
    marked: one.protocol === String(MARK),
    ...(object === undefined ? {} : { object }),
    flags: one.flags,
  };
}

function toObject(one: z.output<typeof entry>): NexthopObject | undefined {
  const { id, group, type, resilient_args: args, dev, encap, fdb, flags } = one;
  if (encap !== undefined || fdb !== undefined) return undefined;
  if (group !== undefined) {
    const members = group.map(({ id: member, weight }) => ({ id: member, weight }));
    if (type === "resilient" && args !== undefined) {
      const { buckets, idle_timer: idleTimer, unbalanced_timer: unbalancedTimer } = args;
      return { id, members, resilient: { buckets, idleTimer, unbalancedTimer } };
    }
    return type === undefined || type === "mpath" ? { id, members } : undefined;
  }
  if (dev === undefined) return undefined;
  const gateway = one.gateway ?? one.via?.host;
  return {
    id,
    ...(gateway === undefined ? {} : { gateway: canonicalAddress(gateway) }),
    dev,
    ...(flags.includes("onlink") ? { onlink: true as const } : {}),
  };
}

/**
 * A route's own objects: those with our mark that have one of its numbers, that it leads to, or that the group has to which it leads. The last
 * two are from before another first number was named.
 */
export function ownObjects(
  found: readonly FoundObject[],
  first: number,
  nhid: number | undefined,
): readonly NexthopObject[] {
  const marked = found.flatMap(({ marked: ours, object }) => (ours && object !== undefined ? [object] : []));
  const led = marked.find(({ id }) => id === nhid);
  const members = led !== undefined && isGroup(led) ? led.members.map(({ id }) => id) : [];
  return marked
    .filter(({ id }) => inBlock(id, first) || id === nhid || members.includes(id))
    .toSorted((a, b) => a.id - b.id);
}
