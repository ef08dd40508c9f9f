import type { Event, Phase, Tally } from "../model/event.js";
import { emptyTally } from "../model/event.js";
import { fit as cut, plural } from "./text.js";
import { tallyWords } from "./words.js";

/** A host that has been in one phase for longer than this is named as slow. */
const SLOW_MS = 5_000;

/** Stages that a person sees: login and reading are one, and so are applying and reading again. */
export type Stage = "read" | "apply";

const STAGE_OF: Readonly<Record<Phase, Stage>> = {
  connect: "read",
  probe: "read",
  apply: "apply",
  confirm: "apply",
  verify: "apply",
  check: "read",
  exec: "read",
};

/** What hosts are busy with while they change, in the order in which they come to it. */
const DOING = { apply: "changing", confirm: "confirming", verify: "read again" } as const;

/** A host that is being worked on. */
interface Busy {
  readonly stage: Stage;
  readonly phase: Phase;
  /** When it came to the stage. */
  readonly since: number;
}

/** A wave of a rollout, as far as it has come. */
interface Wave {
  readonly hosts: number;
  readonly tally: Record<keyof Tally, number>;
  gate?: "passed" | "did not pass";
}

const NAMES: Readonly<Record<Stage, string>> = { read: "read and compare", apply: "apply and verify" };

/** What the one stage of a command is called that has no other. */
const SINGLE: Readonly<Record<string, string>> = { verify: "check", exec: "run" };

/** Counts what the hosts are busy with. */
export class Progress {
  total = 0;
  #command = "";
  readonly #busy = new Map<string, Busy>();
  readonly #done: Record<Stage, number> = { read: 0, apply: 0 };
  readonly #entered: Record<Stage, number> = { read: 0, apply: 0 };
  readonly #failed: string[] = [];
  readonly #waves: Wave[] = [];
  #waveCount = 0;

  onEvent(event: Event, now: number): void {
    if (event.type === "run-started") {
      this.total = event.hosts;
      this.#command = event.command;
    }
    if (event.type === "wave-started") {
      this.#waveCount = event.waves;
      this.#waves[event.wave - 1] = { hosts: event.hosts.length, tally: emptyTally() };
    }
    const wave = this.#waves.at(-1);
    if (event.type === "host-finished" && wave !== undefined) wave.tally[event.outcome]++;
    if (event.type === "gate-finished" && wave !== undefined)
      wave.gate = event.passed ? "passed" : "did not pass";
    if (event.type === "host-phase") this.#enter(event.host, event.phase, now);
    if (event.type === "host-finished") {
      const at = this.#busy.get(event.host);
      if (at !== undefined) this.#done[at.stage]++;
      this.#busy.delete(event.host);
      if (event.error !== undefined) this.#failed.push(event.host);
    }
  }

  #enter(host: string, phase: Phase, now: number): void {
    const stage = STAGE_OF[phase];
    const at = this.#busy.get(host);
    if (at?.stage === stage) {
      this.#busy.set(host, { ...at, phase });
      return;
    }
    if (at !== undefined) this.#done[at.stage]++;
    this.#entered[stage]++;
    this.#busy.set(host, { stage, phase, since: now });
  }

  /** How many waves there are; 0 where hosts do not go in waves. */
  get waves(): number {
    return this.#waveCount;
  }

  /** The wave that is under way, from 1. */
  get wave(): number {
    return this.#waves.length;
  }

  /** One line on a wave, from 1: how its hosts came out so far, which are slow. */
  waveLine(number: number, now: number, columns: number): string {
    const head = `wave ${number} of ${this.#waveCount}`;
    const wave = this.#waves[number - 1];
    if (wave === undefined) return cut(`${head}  waits`, columns);
    const done = Object.values(wave.tally).reduce((sum, hosts) => sum + hosts, 0);
    const words = [`${head}  ${done}/${plural(wave.hosts, "host")}`];
    if (done > 0) words.push(tallyWords(wave.tally));
    if (wave.gate !== undefined) words.push(`gate ${wave.gate}`);
    if (number === this.wave) words.push(...this.#doing(true), ...this.#slow(() => true, now));
    return cut(words.join("  "), columns);
  }

  /** The stages that the command has. */
  get stages(): readonly Stage[] {
    return this.#command in SINGLE ? ["read"] : ["read", "apply"];
  }

  /** Whether any host has come to a stage. */
  reached(stage: Stage): boolean {
    return this.#entered[stage] > 0;
  }

  /** One line on a stage: how many are done, which are slow, which failed. */
  line(stage: Stage, now: number, columns: number): string {
    const of = stage === "read" ? this.total : this.#entered.apply;
    const name = SINGLE[this.#command] ?? NAMES[stage];
    const words = [`${name}  ${this.#done[stage]}/${of}`];
    if (stage === "apply") words.push(...this.#doing(false));
    words.push(...this.#slow((at) => at === stage, now));
    if (this.#failed.length > 0) {
      const more = this.#failed.length > 3 ? ", ..." : "";
      words.push(`${this.#failed.length} failed: ${this.#failed.slice(0, 3).join(", ")}${more}`);
    }
    return cut(words.join("  "), columns);
  }

  /** How many hosts are busy with what: `12 changing, 3 confirming`. */
  #doing(reading: boolean): readonly string[] {
    const busy = [...this.#busy.values()];
    const phases = Object.entries(DOING).map(([phase, word]) => ({
      word,
      hosts: busy.filter((at) => at.phase === phase).length,
    }));
    const read = { word: "reading", hosts: busy.filter(({ stage }) => stage === "read").length };
    const told = [...(reading ? [read] : []), ...phases].filter(({ hosts }) => hosts > 0);
    return told.length === 0 ? [] : [told.map(({ word, hosts }) => `${hosts} ${word}`).join(", ")];
  }

  #slow(counts: (stage: Stage) => boolean, now: number): readonly string[] {
    const slow = [...this.#busy]
      .filter(([, at]) => counts(at.stage) && now - at.since > SLOW_MS)
      .sort(([, a], [, b]) => a.since - b.since)
      .slice(0, 3)
      .map(([host, at]) => `${host} (${Math.round((now - at.since) / 1000)} s)`);
    return slow.length === 0 ? [] : [`slow: ${slow.join(", ")}`];
  }
}
