/** A note of a plan that says that a thing is as desired and has no effect, with what to do by hand. */
interface Ineffective {
  readonly kind: string;
  readonly note: RegExp;
  readonly hint: string;
}

/**
 * Notes that count as drift: something else on the host wins over what was applied. No step corrects that, since what wins is not what the
 * task manages; removing it is for a person to decide. A test holds them against what the kinds really say.
 */
const NOTES: readonly Ineffective[] = [
  {
    kind: "route",
    note: / wins over this one: its metric is lower$/,
    hint: "Remove the other route on the host (ip route del, and what installs it), or give this one a lower metric.",
  },
  {
    kind: "route",
    note: /: more specific than any default, /,
    hint: "Switch off what installs these routes (most likely a VPN client), or leave the host out.",
  },
  {
    kind: "sysctl",
    note: / is read later and wins: | takes it out of all settings: /,
    hint: "Remove that line on the host, or give the task a file whose name comes later.",
  },
  {
    kind: "sysctl",
    note: /^`sysctl --system` reads .* last and would set /,
    hint: "Remove that line on the host: `sysctl --system` would undo what was applied.",
  },
  {
    kind: "sysctl",
    note: / hides .*, which is then not read at boot$/,
    hint: "Remove the hiding file on the host, or give the task a file of another name.",
  },
  {
    kind: "sysctl",
    note: /^the kernel uses the larger of all /,
    hint: "Set the parameter of `all` too, in the playbook or on the host.",
  },
];

/** What keeps a thing from having an effect, by its notes; undefined where nothing is known to. */
export function ineffective(
  kind: string,
  notes: readonly string[],
): { readonly why: string; readonly hint: string } | undefined {
  for (const why of notes) {
    const found = NOTES.find((one) => one.kind === kind && one.note.test(why));
    if (found !== undefined) return { why, hint: found.hint };
  }
  return undefined;
}

/** Notes of what is kept otherwise on purpose: gateways that the failover service keeps out. */
export function degradedNotes(kind: string, notes: readonly string[]): readonly string[] {
  return kind === "failover"
    ? notes.filter((note) => note.startsWith("degraded: ") || note.startsWith("no gateway is known to work"))
    : [];
}
