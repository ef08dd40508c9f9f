import type { Outcome, RolloutStopped, Tally } from "../model/event.js";
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

/** Bad hosts that are named where a rollout stops; what befell them is told of each. */
const NAMED = 6;

/** Where a gate stands: `gate after wave 1 of 3`. */
export function gateName({ wave, waves }: { readonly wave: number; readonly waves: number }): string {
  return `gate ${wave === 0 ? "before the first wave" : `after wave ${wave} of ${waves}`}`;
}

/** Why a rollout stopped, as a sentence. */
export function stoppedText({ why, wave, waves, bad, budget }: RolloutStopped): string {
  if (why === "gate") return `Stopped: the ${gateName({ wave, waves })} did not pass.`;
  const named = Object.entries(bad).map(([host, outcome]) => `${host} ${WORDS[outcome]}`);
  const more = named.length > NAMED ? ` and ${named.length - NAMED} more` : "";
  return `Stopped in wave ${wave} of ${waves}: the budget of ${budget ?? 0} is spent (${named.slice(0, NAMED).join(", ")}${more}).`;
}
