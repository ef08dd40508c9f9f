import type { Outcome, Tally } from "../model/event.js";
import { OUTCOMES } from "../model/event.js";
import type { Paint } from "./text.js";

/** What each is called. */
export const WORDS: Readonly<Record<Outcome, string>> = {
  ok: "in sync",
  changed: "changed",
  "would-change": "would change",
  "rolled-back": "rolled back",
  failed: "failed",
  unreachable: "unreachable",
  skipped: "not started",
};

/** How each is painted. */
export const COLORS = {
  ok: "green",
  changed: "yellow",
  "would-change": "yellow",
  "rolled-back": "red",
  failed: "red",
  unreachable: "red",
  skipped: "cyan",
} as const satisfies Record<Outcome, string>;

/** Hosts per outcome: `45 in sync, 2 changed`. */
export function tallyWords(tally: Tally, paint: Paint = (_style, text) => text): string {
  const outcomes = OUTCOMES.filter((outcome) => tally[outcome] > 0);
  const counts = outcomes.map((outcome) => paint(COLORS[outcome], `${tally[outcome]} ${WORDS[outcome]}`));
  return counts.join(", ") || "nothing to do";
}
