import type { ErrorData } from "../../model/error.js";
import type {
  Event,
  GateFinished,
  HostDrift,
  HostFinished,
  Outcome,
  Phase,
  RolloutStopped,
  RunFinished,
  RunStarted,
} from "../../model/event.js";
import type { TaskPlan } from "../../model/plan.js";
import { ChecksFold } from "../checks-fold.js";
import { errorHtml } from "./error.js";
import { findingsHtml } from "./findings.js";
import { html } from "./html.js";
import type { HostWord } from "./outcome.js";
import { outcomeWord, standingWord } from "./outcome.js";
import { tasksHtml } from "./tasks.js";

/** Characters of all that is told of hosts; what comes beyond is left out and said so, so that no page grows without end. */
const BODIES = 8_000_000;

/** Hosts for which the same is to be told. */
export interface PageGroup extends HostWord {
  /** Of the page's groups, from 1. */
  readonly n: number;
  /** HTML; undefined where it was left out. */
  readonly body: string | undefined;
  readonly hosts: string[];
}

/** All that a page tells of one run, or of a look and its correction. */
export interface PageFacts {
  readonly started: RunStarted & { readonly at: string };
  /** Undefined where the run goes on, or was cut short. */
  readonly finished: (RunFinished & { readonly at: string }) | undefined;
  /** When the last thing happened, ISO 8601 in UTC. */
  readonly last: string;
  /** Hosts that were begun with. */
  readonly begun: number;
  /** Milliseconds over all runs. */
  readonly ms: number;
  /** Runs that it tells of: a look, and its correction. */
  readonly runs: readonly string[];
  readonly groups: readonly PageGroup[];
  readonly checks: ChecksFold["checks"];
  readonly warnings: readonly string[];
  readonly stopped: RolloutStopped | undefined;
  readonly gate: GateFinished | undefined;
}

/** What is known of a host until all has ended. */
interface HostFacts {
  readonly word: HostWord;
  /** Whether something is without effect on it, which no correction changes. */
  readonly remains: boolean;
  readonly tasks: string;
  readonly findings: string;
  readonly error: ErrorData | undefined;
}

/** Folds events into what a page tells. Of hosts, texts that read the same are kept once. */
export class PageFold {
  readonly #hosts = new Map<string, HostFacts>();
  readonly #plans = new Map<string, readonly TaskPlan[]>();
  readonly #drifts = new Map<string, HostDrift>();
  /** Each text once, however many hosts share it. */
  readonly #texts = new Map<string, string>();
  readonly #checks = new ChecksFold(false);
  readonly #warnings = new Set<string>();
  readonly #runs: string[] = [];
  #started: PageFacts["started"] | undefined;
  #finished: PageFacts["finished"] | undefined;
  #stopped: RolloutStopped | undefined;
  #gate: GateFinished | undefined;
  /** What hosts that are not done are busy with. */
  readonly #busy = new Map<string, Phase>();
  #last = "";
  #ms = 0;
  #kept = 0;

  onEvent(event: Event): void {
    this.#last = event.at;
    if (event.type === "run-started") {
      this.#started ??= event;
      this.#finished = undefined;
      this.#busy.clear();
      // A run that was gone on with begins again.
      if (!this.#runs.includes(event.run)) this.#runs.push(event.run);
    } else if (event.type === "run-finished") {
      this.#finished = event;
      this.#ms += event.ms;
    } else if (event.type === "warning") this.#warnings.add(event.message);
    else if (event.type === "rollout-stopped") this.#stopped = event;
    else if (event.type === "gate-finished") this.#gate = event;
    else if (event.type === "check-finished") this.#checks.add(event);
    else if (event.type === "host-phase") this.#busy.set(event.host, event.phase);
    else if (event.type === "host-planned") this.#plans.set(event.host, event.plan.tasks);
    else if (event.type === "host-drift") this.#drifts.set(event.host, event);
    else if (event.type === "host-finished") this.#finish(event);
  }

  #finish({ host, outcome, error }: HostFinished): void {
    const [tasks, drift, before] = [this.#plans.get(host), this.#drifts.get(host), this.#hosts.get(host)];
    this.#busy.delete(host);
    this.#plans.delete(host);
    this.#drifts.delete(host);
    this.#hosts.set(host, {
      word: this.#word(outcome, drift, before),
      remains:
        drift === undefined ? before?.remains === true : drift.findings.some(({ fixable }) => !fixable),
      tasks: tasks === undefined ? (before?.tasks ?? "") : this.#once(tasksHtml(tasks).toString()),
      findings:
        drift === undefined
          ? (before?.findings ?? "")
          : this.#once(`${findingsHtml(drift.findings)}${keptHtml(drift)}`),
      error: outcome === "skipped" ? (error ?? before?.error) : error,
    });
  }

  #word(outcome: Outcome, drift: HostDrift | undefined, before: HostFacts | undefined): HostWord {
    if (drift !== undefined && outcome !== "skipped") return standingWord(drift.standing);
    if (outcome === "skipped" && before !== undefined) return before.word;
    const word = outcomeWord(outcome, this.#started?.command ?? "");
    return before?.remains === true && outcome === "changed" ? { ...word, word: "corrected in part" } : word;
  }

  #once(text: string): string {
    const known = this.#texts.get(text);
    if (known !== undefined) return known;
    this.#kept += text.length;
    if (this.#kept > BODIES) return LEFT_OUT;
    this.#texts.set(text, text);
    return text;
  }

  /** All that is to be told; undefined where nothing has begun, or not all has ended. */
  facts(): PageFacts | undefined {
    return this.#finished === undefined ? undefined : this.factsSoFar();
  }

  /** The same of a run that goes on, or was cut short; undefined where nothing has begun. */
  factsSoFar(): PageFacts | undefined {
    if (this.#started === undefined) return undefined;
    const facts: PageFacts = {
      started: this.#started,
      finished: this.#finished,
      last: this.#last,
      begun: new Set([...this.#hosts.keys(), ...this.#busy.keys()]).size,
      ms: this.#ms,
      runs: this.#runs,
      groups: this.#groups(),
      checks: this.#checks.checks,
      warnings: [...this.#warnings],
      stopped: this.#stopped,
      gate: this.#gate,
    };
    return this.#finished === undefined ? facts : cutShort(facts);
  }

  #groups(): readonly PageGroup[] {
    const groups = new Map<string, PageGroup>();
    for (const [host, { word, tasks, findings, error }] of this.#hosts) {
      if (this.#busy.has(host)) continue;
      const left = tasks === LEFT_OUT || findings === LEFT_OUT;
      const said = error === undefined ? "" : errorHtml(error).toString();
      const plan = tasks === "" ? "" : `${findings === "" ? "" : PLAN}${tasks}`;
      const body = left ? undefined : `${said}${findings}${plan}`;
      const key = `${word.tone}\0${word.word}\0${body ?? LEFT_OUT}`;
      const group = groups.get(key) ?? { ...word, n: groups.size + 1, body, hosts: [] };
      groups.set(key, group);
      group.hosts.push(host);
    }
    // Behind all that have ended, so that their numbers stay what they are.
    for (const [host, phase] of this.#busy) {
      const group = groups.get(phase) ?? {
        ...IN_FLIGHT,
        n: groups.size + 1,
        body: busyHtml(phase),
        hosts: [],
      };
      groups.set(phase, group);
      group.hosts.push(host);
    }
    return [...groups.values()];
  }
}

/** Stands for what was left out; no text of HTML is equal to it. */
const LEFT_OUT = "\0";
const PLAN = html`<h4 class="plan">The plan to correct it</h4>`.toString();

/** The same of a run that ended, or whose process is gone: hosts that were in flight were cut short. */
export function cutShort(facts: PageFacts): PageFacts {
  const groups = facts.groups.map((group) =>
    group.word === IN_FLIGHT.word ? { ...group, tone: "bad" as const, word: "cut short" } : group,
  );
  return { ...facts, groups };
}

const IN_FLIGHT: HostWord = { tone: "idle", word: "in flight" };

function busyHtml(phase: Phase): string {
  return html`<p>Busy with: ${phase}.</p>`.toString();
}

function keptHtml({ degraded }: HostDrift): string {
  return degraded.map((note) => html`<p class="note">kept so on purpose: ${note}</p>`.toString()).join("");
}
