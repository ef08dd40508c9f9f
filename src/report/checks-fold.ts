import type { Share, Verdict } from "../model/check.js";
import type { CheckFinished } from "../model/event.js";

/** What reads the same for some hosts. */
export interface Finding {
  readonly event: CheckFinished;
  readonly hosts: string[];
}

/** One check over all hosts. */
export interface CheckFold {
  readonly title: string;
  readonly hosts: Record<Verdict, number>;
  /** Ways out, added up over the hosts. */
  readonly shares: Map<string, Share>;
  readonly findings: Map<string, Finding>;
}

/** All verdicts, the good one first. */
export const VERDICTS: readonly Verdict[] = ["pass", "fail", "unknown"];

/** The verdict that counts where hosts have different ones. */
export function worstOf(hosts: Readonly<Record<Verdict, number>>): Verdict {
  if (hosts.fail > 0) return "fail";
  return hosts.unknown > 0 ? "unknown" : "pass";
}

/** Folds what checks found: each check once, its figures added up, what reads the same once. */
export class ChecksFold {
  readonly checks = new Map<string, CheckFold>();
  readonly #passes: boolean;

  /** @param passes Whether findings are kept of hosts for which a check passed. */
  constructor(passes: boolean) {
    this.#passes = passes;
  }

  add(event: CheckFinished): void {
    const known = this.checks.get(event.check);
    const fold = known ?? {
      title: event.title,
      hosts: { pass: 0, fail: 0, unknown: 0 },
      shares: new Map(),
      findings: new Map(),
    };
    if (known === undefined) this.checks.set(event.check, fold);
    fold.hosts[event.verdict]++;
    for (const share of event.shares ?? []) {
      const sum = fold.shares.get(share.name)?.count ?? 0;
      fold.shares.set(share.name, { ...share, count: sum + share.count });
    }
    if (event.verdict === "pass" && !this.#passes) return;
    const key = `${event.verdict}\0${event.summary}\0${event.detail ?? ""}`;
    const finding = fold.findings.get(key) ?? { event, hosts: [] };
    fold.findings.set(key, finding);
    finding.hosts.push(event.host);
  }
}
