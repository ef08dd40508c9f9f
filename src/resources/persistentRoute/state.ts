import type { OwnerName } from "../network/read.js";

/** A file that takes part in keeping the route. */
export interface KeptFile {
  /** Octal digits. */
  readonly mode: string;
  readonly text: string;
}

/** The startup configuration of a default route, in the language of the interface's owner. */
export interface PersistentRouteState {
  readonly owner: OwnerName;
  /** Files by path; null: not there. */
  readonly files: Readonly<Record<string, KeptFile | null>>;
  /** `ipv4.routes` of NetworkManager's profile, one a line of nmcli(1)'s. */
  readonly routes?: readonly string[];
  /** Whether the keeper's unit starts at boot and runs. */
  readonly keeper: { readonly enabled: boolean; readonly active: boolean };
}
