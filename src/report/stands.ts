import type { DriftFinding, Standing } from "../model/drift.js";
import type { Event } from "../model/event.js";
import { EXIT } from "../model/exit.js";

/** What a look found on a host, in short. */
export type Found = Pick<DriftFinding, "task" | "title" | "looksLike" | "fixable">;

/** How a host stands after a look and the correction after it. */
export interface Stand {
  /** As the look found it. */
  readonly found: Standing;
  /** In the end. */
  readonly standing: Standing;
  readonly findings: readonly Found[];
  /** Something on it was changed. */
  readonly corrected: boolean;
}

/** A look and the correction after it, as a whole. */
export interface LookedAt {
  readonly playbook: string;
  readonly inventory: string;
  /** The look's. */
  readonly run: string;
  readonly hosts: ReadonlyMap<string, Stand>;
  /** When all had ended, ISO 8601 in UTC. */
  readonly at: string;
  /** How long both took. */
  readonly ms: number;
}

/** Folds the events of a look for drift, and of the correction after it, into how each host stands in the end. */
export class StandFold {
  readonly #hosts = new Map<string, Stand>();
  #of: Pick<LookedAt, "playbook" | "inventory" | "run"> | undefined;
  #runs = 0;
  #open = false;
  #ms = 0;
  #at = "";

  onEvent(event: Event): void {
    if (event.type === "run-started") {
      this.#of ??= { playbook: event.playbook ?? "", inventory: event.inventory, run: event.run };
      this.#runs++;
      this.#open = true;
    } else if (event.type === "run-finished") {
      this.#open = event.exitCode === EXIT.interrupted;
      this.#ms += event.ms;
      this.#at = event.at;
    } else if (event.type === "host-drift") {
      const { standing } = event;
      const findings = event.findings.map(({ task, title, looksLike, fixable }) => ({
        task,
        title,
        looksLike,
        fixable,
      }));
      this.#hosts.set(event.host, { found: standing, standing, findings, corrected: false });
    } else if (event.type === "host-finished" && this.#runs > 1) this.#corrected(event.host, event.outcome);
  }

  #corrected(host: string, outcome: string): void {
    const stand = this.#hosts.get(host);
    if (stand === undefined || (outcome !== "changed" && outcome !== "ok")) return;
    // What is without effect stays so.
    const standing = stand.findings.some(({ fixable }) => !fixable) ? stand.standing : "in-sync";
    this.#hosts.set(host, { ...stand, standing, corrected: outcome === "changed" });
  }

  /** All of it; undefined where nothing has begun, or not all has ended. */
  facts(): LookedAt | undefined {
    if (this.#of === undefined || this.#open) return undefined;
    return { ...this.#of, hosts: this.#hosts, at: this.#at, ms: this.#ms };
  }
}

/** How many hosts stand how in the end. */
export function countStandings(hosts: Iterable<Stand>): Readonly<Record<Standing, number>> {
  const counts = { "in-sync": 0, drifted: 0, flapping: 0, unreachable: 0, unknown: 0 };
  for (const { standing } of hosts) counts[standing]++;
  return counts;
}
