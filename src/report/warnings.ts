import type { ErrorData } from "../model/error.js";
import { formatPlace } from "../model/place.js";
import { painter, printable } from "./text.js";

/** More warnings than this are only counted: one habit may stand at every host. */
const SHOWN = 20;

/** What was let pass but should be known, a line for each. Ends with a newline. */
export function formatWarnings(warnings: readonly ErrorData[], color: boolean): string {
  const paint = painter(color);
  const lines = warnings.slice(0, SHOWN).map(({ message, place, hint }) => {
    const at = place === undefined ? "" : `${formatPlace(place)}: `;
    return `${paint("yellow", "warning:")} ${printable(`${at}${message}. ${hint}`)}\n`;
  });
  const more = warnings.length - SHOWN;
  return `${lines.join("")}${more > 0 ? `${more} more warnings are not shown\n` : ""}`;
}
