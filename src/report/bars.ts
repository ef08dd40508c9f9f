import type { Share } from "../model/check.js";
import type { Paint } from "./text.js";
import { fit as cut, printable, width } from "./text.js";

/** Columns of a bar that stands for all. */
const BAR = 30;
/** Columns that a name may take. */
const NAME = 20;

/**
 * One line per way out, below 75 columns: its name, a bar of its part of all, its count, its part, and what it should be. The bar is drawn from
 * whole characters, so that it means something without colour too.
 */
export function showShares(shares: readonly Share[], paint: Paint): string {
  const total = shares.reduce((sum, { count }) => sum + count, 0);
  const names = shares.map(({ name }) => cut(printable(name), NAME));
  const columns = Math.max(...names.map(width));
  const digits = String(Math.max(...shares.map(({ count }) => count))).length;
  return shares
    .map(({ count, expected }, i) => {
      const name = names[i] ?? "";
      const part = total === 0 ? 0 : count / total;
      const full = count === 0 ? 0 : Math.max(1, Math.round(part * BAR));
      const bar = paint("cyan", "█".repeat(full)) + paint("dim", "░".repeat(BAR - full));
      const figures = `${String(count).padStart(digits)}  ${percent(part).padStart(5)}`;
      const wanted = expected === undefined ? "" : paint("dim", `  of ${percent(expected)}`);
      return `${name}${" ".repeat(columns - width(name))}  ${bar}  ${figures}${wanted}`;
    })
    .join("\n");
}

function percent(part: number): string {
  return `${Math.round(part * 100)} %`;
}
