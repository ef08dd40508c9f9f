import type { ErrorData } from "../model/error.js";
import { formatPlace } from "../model/place.js";
import type { Paint } from "./text.js";
import { indent, painter, printable } from "./text.js";

/** Most lines shown of what a host printed. */
const DETAIL_LINES = 15;

/** One error as compilers show it: code and message, place, the lines around it, the hint. Ends with a newline. */
export function formatError(error: ErrorData, paint: Paint, place = error.place): string {
  const lines = [
    `${paint(["red", "bold"], `error[${error.code}]`)}${paint("bold", `: ${printable(error.message)}`)}`,
  ];
  if (place !== undefined) lines.push(`${paint("cyan", "  -->")} ${printable(formatPlace(place))}`);
  if (error.frame !== undefined) lines.push(indent(paint("dim", printable(error.frame)), "  "));
  if (error.detail !== undefined)
    lines.push(indent(lastLines(printable(error.detail)), paint("dim", "  | ")));
  lines.push(`  ${paint("green", "hint:")} ${printable(error.hint)}`);
  return `${lines.join("\n")}\n`;
}

/** Several errors, an empty line between them. */
export function formatErrors(errors: readonly ErrorData[], color: boolean): string {
  const paint = painter(color);
  return errors.map((error) => formatError(error, paint)).join("\n");
}

function lastLines(text: string): string {
  const lines = text.trimEnd().split("\n");
  if (lines.length <= DETAIL_LINES) return lines.join("\n");
  return [`(${lines.length - DETAIL_LINES} lines left out)`, ...lines.slice(-DETAIL_LINES)].join("\n");
}
