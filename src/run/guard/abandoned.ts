import { sh } from "../../model/sh.js";
import type { HostSession } from "../context.js";
import { ask } from "./ask.js";

/** Longest wait for an undoing that nobody else waits for, in seconds. */
const WATCH_S = 60;

/**
 * Runs the undoing of a run that is gone, where its timer is overdue, and waits until the lease is free. Both may have happened already: the
 * rename in the script itself lets one alone do it.
 * @throws SurefootError `guard-not-armed` where it does not end.
 */
export async function fireAbandoned(session: HostSession): Promise<void> {
  await ask(
    session,
    sh`[ ! -e "$l/armed" ] || sh "$l/undo.sh" </dev/null >/dev/null 2>&1
i=0
while [ -e "$l/armed" ] || [ -e "$l/fired" ]; do
i=$((i+1))
[ $i -le ${WATCH_S} ] || exit 1
sleep 1
done`,
  );
}
