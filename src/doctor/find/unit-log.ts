/** What a line of the unit's log means. */
export interface LogCause {
  readonly id: string;
  readonly cause: string;
  /** Starting it again helps. */
  readonly restart?: true;
  /** The line. */
  readonly line: string;
}

/** Errors of `ip route` (the kernel's words, by iproute2), and what they come from. */
const CAUSES: readonly (Omit<LogCause, "line"> & { readonly says: RegExp })[] = [
  {
    id: "unit-file-exists",
    says: /RTNETLINK answers: File exists|\bFile exists\b/,
    cause:
      "Its command adds a route where one of the same destination and metric was there already, from DHCP or the network's own configuration: `ip route add` refuses that, `ip route replace` does not.",
  },
  {
    id: "unit-no-address",
    says: /Nexthop has invalid gateway|Network is unreachable|invalid gateway/,
    cause:
      "When it ran, no address of the interface's network held the gateway: the address came later (DHCP, a slow link), or is another now. A oneshot does not try again.",
    restart: true,
  },
  {
    id: "unit-no-interface",
    says: /Cannot find device|Device .* does not exist/,
    cause: "The interface that it names was not there: it is called otherwise now, or came later.",
  },
  {
    id: "unit-not-allowed",
    says: /Operation not permitted|Permission denied/,
    cause:
      "Its command was not allowed to change routes: the unit runs as another user, or without CAP_NET_ADMIN.",
  },
  {
    id: "unit-bad-command",
    says: /"nexthop" or end of line is expected|Command line is not complete|Error: (argument|either)/,
    cause:
      "iproute2 does not know the words of its command. There is no `nexthop ping`: a dead gateway is found by failover, not by the route.",
  },
  {
    id: "unit-no-program",
    says: /status=203\/EXEC|No such file or directory/,
    cause: "The program of its command is not on the host, or lies elsewhere.",
  },
];

/** The newest line of a unit's log that says why it failed. */
export function whyFailed(log: readonly string[]): LogCause | undefined {
  for (const line of log.toReversed()) {
    const found = CAUSES.find(({ says }) => says.test(line));
    if (found === undefined) continue;
    const { says: _says, ...cause } = found;
    return { ...cause, line };
  }
  return undefined;
}
