import type { DriftFinding } from "../model/drift.js";
import type { HostPlan, TaskPlan } from "../model/plan.js";
import type { Applied } from "./applied.js";
import { culprit } from "./culprit.js";
import { degradedNotes, ineffective } from "./ineffective.js";
import { threeWay } from "./three-way.js";

/** What is remembered of a host. */
export interface Remembered {
  /** What runs on record did to a thing, by its task. */
  readonly applied: (task: string) => Applied | undefined;
  /** Since when a thing is seen to differ; undefined: it did not when it was last looked at. */
  readonly since: (task: string) => string | undefined;
  /** When the whole host was last seen in sync. */
  readonly inSync: string | undefined;
  /** When it is looked at, ISO 8601 in UTC. */
  readonly now: string;
}

/** What a host's plan says about drift. */
export interface Judged {
  readonly findings: readonly DriftFinding[];
  readonly degraded: readonly string[];
}

/**
 * Judges a host's plan. Pure. What could not be read, or is known only once something has run, is neither in sync nor drifted, and no finding.
 * @param repeats Tasks whose steps are wanted at every run: no drift.
 */
export function judge(plan: HostPlan, repeats: ReadonlySet<string>, remembered: Remembered): Judged {
  const owners = plan.tasks.flatMap(({ kind, notes }) => (kind === "persistentRoute" ? notes : []));
  return {
    findings: plan.tasks.flatMap((task) => {
      if (repeats.has(task.id)) return [];
      if (task.status === "change") return [differing(task, owners, remembered)];
      return task.status === "in-sync" ? withoutEffect(task, remembered) : [];
    }),
    degraded: plan.tasks.flatMap(({ kind, notes }) => degradedNotes(kind, notes)),
  };
}

/** When and by whom, which is the same for all findings. */
function history(
  { id, kind, title }: TaskPlan,
  remembered: Remembered,
): Omit<DriftFinding, "fields" | "looksLike" | "fixable"> {
  const record = remembered.applied(id);
  const inSync = [record?.inSync, remembered.inSync]
    .filter((at) => at !== undefined)
    .toSorted()
    .at(-1);
  return {
    task: id,
    kind,
    title,
    since: remembered.since(id) ?? remembered.now,
    ...(record?.changed === undefined ? {} : { applied: { run: record.changed.run, at: record.changed.at } }),
    ...(inSync === undefined ? {} : { inSync }),
  };
}

function differing(task: TaskPlan, owners: readonly string[], remembered: Remembered): DriftFinding {
  const { kind, desired, actual: found, notes, sensitive } = task;
  const known = history(task, remembered);
  const applied = remembered.applied(task.id)?.changed?.state;
  const never = known.applied === undefined && known.inSync === undefined;
  return {
    ...known,
    fields: sensitive ? [] : threeWay(desired, applied, found),
    looksLike: never
      ? NEVER
      : sensitive
        ? "something that can't be told: it holds a secret, of which no record is kept"
        : culprit({ kind, desired, found, applied, notes: [...notes, ...owners] }),
    fixable: true,
  };
}

function withoutEffect(task: TaskPlan, remembered: Remembered): readonly DriftFinding[] {
  const why = ineffective(task.kind, task.notes);
  if (why === undefined) return [];
  return [
    {
      ...history(task, remembered),
      fields: [],
      looksLike: `no effect: ${why.why}`,
      fixable: false,
      hint: why.hint,
    },
  ];
}

const NEVER = "never applied: it differs, and no record says that it was ever as desired here";
