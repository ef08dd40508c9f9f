/** Exit codes of the command line; a contract with scripts. */
export const EXIT = {
  /** Converged, in sync. */
  converged: 0,
  /** A host failed or was rolled back. */
  failed: 1,
  /** Changes pending: `plan`, and `drift` without `--fix`. */
  pending: 2,
  /** Bad input; nothing was contacted. */
  badInput: 3,
  /** Hosts unreachable, none failed. */
  unreachable: 4,
  /** Interrupted by a signal. */
  interrupted: 130,
} as const;
