import { resolve } from "node:path";
import type { AppliedRecord } from "../drift/applied.js";
import { gatherApplied } from "../drift/applied.js";
import type { FlapLimit } from "../drift/flap.js";
import { isFlapping, recent } from "../drift/flap.js";
import { ineffective } from "../drift/ineffective.js";
import type { Judged } from "../drift/judge.js";
import { judge } from "../drift/judge.js";
import type { HostMemory } from "../drift/memory.js";
import { afterCorrection, afterLook, NOTHING } from "../drift/memory.js";
import type { Watched } from "../drift/store.js";
import { loadMemory, rememberHosts } from "../drift/store.js";
import type { DriftFinding, Standing } from "../model/drift.js";
import type { EventBody } from "../model/event.js";
import type { TaskPlan } from "../model/plan.js";
import { unknownError } from "../run/judge.js";
import type { LookJudge, Seen, Verdict } from "../run/look.js";
import type { HostResult } from "../run/session.js";
import type { Fleet } from "./prepare.js";

/** What a look at a fleet rests on and comes to. */
export interface WatchOptions {
  readonly state: string;
  readonly limit: FlapLimit;
  /** Whether drift is to be corrected: then a flapping host counts as failed. */
  readonly fix: boolean;
  /** When the look begins: one time for all hosts, so that what is the same reads the same. */
  readonly now: Date;
}

/** Judges hosts as they are looked at, and remembers what it saw. */
export class Watch implements LookJudge {
  /** What each host that drifted and is not flapping has to be corrected. */
  readonly drifted = new Map<string, readonly DriftFinding[]>();
  readonly #fleet: Fleet;
  readonly #options: WatchOptions;
  readonly #watched: Watched;
  readonly #before: ReadonlyMap<string, HostMemory>;
  readonly #after = new Map<string, HostMemory>();
  /** Read when the first host has drifted: a fleet in sync costs nothing. */
  #applied: Promise<AppliedRecord> | undefined;
  readonly #warnings: string[] = [];

  private constructor(fleet: Fleet, options: WatchOptions, before: ReadonlyMap<string, HostMemory>) {
    this.#fleet = fleet;
    this.#options = options;
    this.#watched = watchedBy(fleet);
    this.#before = before;
  }

  /**
   * Begins to watch a fleet.
   * @throws SurefootError `drift-state-invalid`.
   */
  static async open(fleet: Fleet, options: WatchOptions): Promise<Watch> {
    const { hosts } = await loadMemory(options.state, watchedBy(fleet));
    return new Watch(fleet, options, new Map(Object.entries(hosts)));
  }

  async judge(host: string, { plan, repeats }: Seen): Promise<Verdict> {
    const before = this.#before.get(host) ?? NOTHING;
    const differs = plan.tasks.some(
      ({ kind, status, notes }) => status === "change" || ineffective(kind, notes) !== undefined,
    );
    const record = differs ? await this.#record() : undefined;
    const now = this.#options.now.toISOString();
    const judged = judge(plan, repeats, {
      applied: (task) => record?.of(host, task),
      since: (task) => before.drift[task],
      inSync: before.inSync,
      now,
    });
    const unknown = plan.tasks.find(({ status }) => status === "unknown");
    const unjudged = plan.tasks.filter(({ status }) => status === "unknown" || status === "pending");
    const drifted = judged.findings.map(({ task }) => task);
    this.#after.set(host, afterLook(before, { drifted, unjudged: unjudged.map(({ id }) => id) }, now));
    const standing = this.#standing(judged, before, unknown !== undefined);
    if (standing === "drifted") this.drifted.set(host, judged.findings);
    return {
      result: this.#result(host, standing, judged.findings, unknown),
      said: [
        ...this.#warnings.splice(0).map((message): EventBody => ({ type: "warning", message })),
        // Plans of hosts in sync would be most of the record.
        ...(drifted.length > 0 ? [{ type: "host-planned", host, plan } as const] : []),
        { type: "host-drift", host, standing, ...judged, ...this.#often(before) },
      ],
    };
  }

  notSeen(host: string, { outcome }: HostResult): readonly EventBody[] {
    const standing = outcome === "unreachable" ? "unreachable" : "unknown";
    return [{ type: "host-drift", host, standing, findings: [], degraded: [] }];
  }

  /** Keeps what was seen. */
  async remember(): Promise<void> {
    await rememberHosts(this.#options.state, this.#watched, this.#after);
  }

  /** Keeps that hosts were corrected. */
  async rememberCorrected(hosts: readonly string[], now: Date): Promise<void> {
    const corrected = hosts.map((host) => {
      const left = (this.drifted.get(host) ?? []).filter(({ fixable }) => !fixable).map(({ task }) => task);
      const before = this.#after.get(host) ?? NOTHING;
      return [host, afterCorrection(before, left, now.toISOString())] as const;
    });
    await rememberHosts(this.#options.state, this.#watched, new Map(corrected));
  }

  #record(): Promise<AppliedRecord> {
    const { jobs } = this.#fleet;
    this.#applied ??= gatherApplied(
      this.#options.state,
      this.#watched.inventory,
      new Set(jobs.map(({ target }) => target.host)),
    ).then((record) => {
      this.#warnings.push(...record.unreadable.map((why) => `${why}; what it applied is not known`));
      return record;
    });
    return this.#applied;
  }

  #standing({ findings }: Judged, { corrected }: HostMemory, unknown: boolean): Standing {
    const { limit, now } = this.#options;
    if (unknown) return "unknown";
    if (findings.length === 0) return "in-sync";
    const fixable = findings.some((finding) => finding.fixable);
    return fixable && isFlapping(corrected, limit, now.toISOString()) ? "flapping" : "drifted";
  }

  #often({ corrected }: HostMemory): { readonly corrected?: number } {
    const times = recent(corrected, this.#options.limit, this.#options.now.toISOString());
    return times === 0 ? {} : { corrected: times };
  }

  #result(
    host: string,
    standing: Standing,
    findings: readonly DriftFinding[],
    unknown: TaskPlan | undefined,
  ): HostResult {
    if (unknown !== undefined) return { outcome: "failed", error: unknownError(host, unknown) };
    if (standing === "flapping" && this.#options.fix) return leftAlone(host, findings);
    return { outcome: standing === "in-sync" ? "ok" : "would-change" };
  }
}

/** What is remembered belongs to this fleet. */
export function watchedBy({ playbook, inventory }: Pick<Fleet, "playbook" | "inventory">): Watched {
  return { playbook: resolve(playbook), inventory: resolve(inventory) };
}

function leftAlone(host: string, findings: readonly DriftFinding[]): HostResult {
  const things = findings.map(({ title }) => title).join(", ");
  return {
    outcome: "failed",
    error: {
      code: "host-flapping",
      message: `drifted again although it was corrected often of late, and was left alone: ${things}`,
      place: { host },
      hint: "Find out what changes it back. Raise --flap, or correct it once by `surefoot run`.",
    },
  };
}
