import type { Told } from "../drift/memory.js";
import type { Standing } from "../model/drift.js";
import type { LookedAt, Stand } from "../report/stands.js";
import { countStandings } from "../report/stands.js";
import { noticeText, summaryOf } from "./text.js";

/** A host for which something is to be told. */
export interface Change {
  readonly host: string;
  /** How it stood when somebody was last told; absent: nobody was. */
  readonly from?: Standing;
  readonly to: Standing;
  /** It had drifted, and something on it was changed. */
  readonly corrected: boolean;
  /** What had drifted. */
  readonly things: readonly { readonly title: string; readonly looksLike: string }[];
}

/** What receivers get: plain data. */
export interface Notice {
  /** Version of the form; raised when a field changes its meaning or goes away. */
  readonly v: 1;
  /** All of it on one line. */
  readonly summary: string;
  /** All of it for people, in lines. Chats that take `{"text": ...}` show this. */
  readonly text: string;
  /** The look's run. */
  readonly run: string;
  /** ISO 8601 in UTC. */
  readonly at: string;
  readonly playbook: string;
  readonly inventory: string;
  readonly schedule?: string;
  /** All hosts of the look by how they stand in the end. */
  readonly hosts: Readonly<Record<Standing, number>>;
  readonly changes: readonly Change[];
}

/** What is worst comes first. */
const WORST = ["unknown", "unreachable", "flapping", "drifted", "in-sync"] satisfies Standing[];
const NAMES = new Intl.Collator("en", { numeric: true });

/** What is to be told of a look and the correction after it; undefined where nothing is. */
export function noticeOf(
  looked: LookedAt,
  told: (host: string) => Told | undefined,
  by: { readonly schedule?: string },
): Notice | undefined {
  const changes = [...looked.hosts]
    .flatMap(([host, stand]) => changeOf(host, stand, told(host)) ?? [])
    .sort((a, b) => WORST.indexOf(a.to) - WORST.indexOf(b.to) || NAMES.compare(a.host, b.host));
  if (changes.length === 0) return undefined;
  const { run, at, playbook, inventory } = looked;
  const facts = {
    run,
    at,
    playbook,
    inventory,
    ...by,
    hosts: countStandings(looked.hosts.values()),
    changes,
  };
  return { v: 1, summary: summaryOf(facts), text: noticeText(facts), ...facts };
}

/** What is known to whoever was told of a look. */
export function toldOf({ hosts }: LookedAt): ReadonlyMap<string, Told> {
  return new Map([...hosts].map(([host, stand]) => [host, tellable(stand)]));
}

/**
 * A host is told of when it stands otherwise than when it was last told of, when a thing has drifted that had not then, and when it was corrected. One that
 * was never told of and is in sync is no news.
 */
function changeOf(host: string, stand: Stand, told: Told | undefined): Change | undefined {
  const { standing: to, corrected, findings } = stand;
  const now = tellable(stand);
  const before = told ?? { standing: "in-sync", tasks: [] };
  const fresh = now.tasks.some((task) => !before.tasks.includes(task));
  if (!corrected && !fresh && to === before.standing) return undefined;
  const things = findings.map(({ title, looksLike }) => ({ title, looksLike }));
  return { host, ...(told === undefined ? {} : { from: told.standing }), to, corrected, things };
}

/** Of a host that was corrected, only what no correction changes still differs. */
function tellable({ standing, corrected, findings }: Stand): Told {
  const left = corrected || standing === "in-sync" ? findings.filter(({ fixable }) => !fixable) : findings;
  return { standing, tasks: left.map(({ task }) => task) };
}
