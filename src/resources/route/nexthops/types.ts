/** How a resilient group keeps its flows (ip-nexthop(8)). Times are in seconds. */
export interface Resilient {
  /** Size of the table that flows are hashed to. */
  readonly buckets: number;
  /** How long a bucket must be without a packet to go to a next hop that has too few. */
  readonly idleTimer: number;
  /** After how long buckets go there although they are in use; 0: never. */
  readonly unbalancedTimer: number;
}

/** A nexthop object that is one way on. */
export interface Member {
  readonly id: number;
  readonly gateway?: string;
  readonly dev: string;
  readonly onlink?: true;
}

/** A nexthop object that shares flows between others. */
export interface Group {
  readonly id: number;
  readonly members: readonly { readonly id: number; readonly weight: number }[];
  /** Absent: it shares them by hash alone. */
  readonly resilient?: Resilient;
}

/** A nexthop object of ours, as it can be made anew. */
export type NexthopObject = Member | Group;

/** Whether an object is a group. */
export function isGroup(object: NexthopObject): object is Group {
  return "members" in object;
}
