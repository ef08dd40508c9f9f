import { createHash } from "node:crypto";

/** How many numbers a route's objects may take: twice 256 next hops and two groups, as old ones go after new ones came, rounded up. */
export const BLOCK = 1024;

/**
 * The protocol that objects of ours carry (`proto`), by which they are told from those of others. No routing daemon has it
 * (rt_protos of iproute2, linux/rtnetlink.h).
 */
export const MARK = 83;

/** Numbers from here to 2^31: the kernel itself counts from 1, FRR from 1 up to 2^28, and above that for EVPN up to 2^30. */
const LOWEST = 0x40000000;

/** The first number for a route's objects, told by its key alone, so that every run finds them. */
export function firstId(key: string): number {
  const block = createHash("sha256").update(key).digest().readUInt32BE() % (LOWEST / BLOCK);
  return LOWEST + block * BLOCK;
}

/** Whether a number is one of those that begin at `first`. */
export function inBlock(id: number, first: number): boolean {
  return id >= first && id < first + BLOCK;
}
