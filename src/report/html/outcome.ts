import type { Standing } from "../../model/drift.js";
import type { Outcome } from "../../model/event.js";
import { WORDS as STANDINGS } from "../drift.js";
import { WORDS } from "../words.js";

/** How a host came out of it: a colour's name, and a word, since colours alone tell nothing to many. */
export interface HostWord {
  readonly tone: "good" | "change" | "bad" | "idle";
  readonly word: string;
}

const TONES: Readonly<Record<Outcome | Standing, HostWord["tone"]>> = {
  ok: "good",
  changed: "change",
  "would-change": "change",
  "rolled-back": "bad",
  failed: "bad",
  unreachable: "bad",
  skipped: "idle",
  "in-sync": "good",
  drifted: "change",
  flapping: "bad",
  unknown: "bad",
};

const CHECKED: Readonly<Partial<Record<Outcome, string>>> = {
  ok: "as it should be",
  failed: "not as it should be",
};

/** The word for how a host ended, in the words of the command. */
export function outcomeWord(outcome: Outcome, command: string): HostWord {
  const word = command === "verify" ? CHECKED[outcome] : undefined;
  const corrected = command === "drift" && outcome === "changed" ? "corrected" : undefined;
  return { tone: TONES[outcome], word: word ?? corrected ?? WORDS[outcome] };
}

/** The word for how a host stood at a look. */
export function standingWord(standing: Standing): HostWord {
  return { tone: TONES[standing], word: STANDINGS[standing] };
}
