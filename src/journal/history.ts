import type { Outcome } from "../model/event.js";
import type { Entry } from "./read.js";

/** What one run did to, or saw of, one host. */
export interface HistoryRow {
  readonly run: string;
  /** When the host was done, ISO 8601 in UTC. */
  readonly at: string;
  readonly host: string;
  readonly command: string;
  /** How it ended, in the words of outcomes; of a look for drift, how the host stood. */
  readonly outcome: Outcome | string;
  /** Titles of what was changed, would be, or had drifted. */
  readonly what: readonly string[];
  /** The code of the error with which it ended badly. */
  readonly error?: string;
}

/**
 * The rows of one journal, in the order in which hosts were done. Memory is that of the hosts in flight.
 * @param host Only this one.
 */
export async function* rowsOf(entries: AsyncIterable<Entry>, host?: string): AsyncGenerator<HistoryRow> {
  const planned = new Map<string, readonly string[]>();
  const stood = new Map<string, string>();
  let run = "";
  let command = "";
  for await (const entry of entries) {
    if ("header" in entry) {
      ({ run, command } = entry.header);
      continue;
    }
    const { event } = entry;
    if (!("host" in event) || event.host === undefined || (host !== undefined && event.host !== host))
      continue;
    if (event.type === "host-planned") {
      const changes = event.plan.tasks.filter(({ status }) => status === "change" || status === "pending");
      planned.set(
        event.host,
        changes.map(({ title }) => title),
      );
    } else if (event.type === "host-drift") {
      stood.set(event.host, event.standing);
      planned.set(
        event.host,
        event.findings.map(({ title }) => title),
      );
    } else if (event.type === "host-finished") {
      const { outcome, error, at } = event;
      const what = planned.get(event.host) ?? [];
      const standing = stood.get(event.host);
      planned.delete(event.host);
      stood.delete(event.host);
      yield {
        run,
        at,
        host: event.host,
        command,
        outcome: standing ?? outcome,
        what,
        ...(error === undefined ? {} : { error: error.code }),
      };
    }
  }
}
