import { isIPv6 } from "node:net";
import { MAX_RANGE_HOSTS } from "../range.js";

/** The hosts that a pattern of an inventory stands for; or what is wrong with it and at which offset. */
export type HostPattern =
  | { readonly names: readonly string[]; readonly port?: number }
  | { readonly problem: string; readonly at: number; readonly hint: string };

const HINT = "Write [1:20], [01:20] to keep zeros, [1:20:2] for every second, or [a:f].";
const LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
/** A range that may stand in an address. */
const RANGE = "\\[(?:[a-z]:[a-z]|[0-9]+:[0-9]+)(?::[0-9]+)?\\]";
const LABEL = `(?:[\\p{L}\\p{N}_]|${RANGE})(?:[\\p{L}\\p{N}_-]|${RANGE})*(?<![_-])`;
const HOSTNAME = new RegExp(`^${LABEL}(?:\\.${LABEL})*$`, "iu");

/**
 * Expands a host pattern as Ansible does: `web[01:50]`, `db-[a:f]`, `x[1:9:2]`, several ranges in one name, and a port at the end,
 * `web1:2222` or `[2001:db8::1]:2222`. A range without a start begins at 0. Letters run from a to z, then from A to Z.
 */
export function expandHostPattern(text: string): HostPattern {
  const { pattern, port } = splitPort(text);
  if (pattern === "")
    return { problem: "a host without a name", at: 0, hint: "Write the host's name first." };
  if (text.trimEnd().endsWith(":") && port === undefined) {
    const hint = "Write the port after the colon, or remove the colon; a YAML file must end in .yml.";
    return { problem: `${text} ends in a colon without a port`, at: text.length - 1, hint };
  }
  if (pattern.trim() === "---") {
    return { problem: "--- is no host", at: 0, hint: "It begins a YAML file: name the file NAME.yml." };
  }
  const names = expand(pattern);
  if ("problem" in names) return { ...names, at: Math.max(0, text.indexOf("[")) };
  return { names, ...(port === undefined ? {} : { port }) };
}

/** Takes the port off an address. It counts only where what stands before it can be an address. */
export function splitPort(text: string): { readonly pattern: string; readonly port?: number } {
  const [, bracketed, first] = /^\[(.+)\]:(\d+)$/.exec(text) ?? [];
  const rest = bracketed ?? text;
  const [, plain, second] = /^((?:[^:[\]]|\[[^\]]*\])*):(\d+)$/.exec(rest) ?? [];
  const pattern = plain ?? rest;
  const port = second ?? first;
  if (port === undefined || !(HOSTNAME.test(pattern) || isV6Pattern(pattern))) return { pattern: text };
  return { pattern, port: Number(port) };
}

function isV6Pattern(text: string): boolean {
  return isIPv6(text.replace(/\[[0-9a-f]+:[0-9a-f]+(?::[0-9]+)?\]/gi, "0"));
}

interface Bad {
  readonly problem: string;
  readonly hint: string;
}

function expand(pattern: string): readonly string[] | Bad {
  let done: readonly string[] = [""];
  let rest = pattern;
  for (;;) {
    const open = rest.indexOf("[");
    if (open < 0) return done.map((head) => head + rest);
    const close = rest.indexOf("]");
    if (close < open) return { problem: `${pattern} has a [ or ] without the other`, hint: HINT };
    const parts = series(rest.slice(open + 1, close));
    if ("problem" in parts) return parts;
    if (done.length * parts.length > MAX_RANGE_HOSTS) return tooMany();
    const literal = rest.slice(0, open);
    done = done.flatMap((head) => parts.map((part) => head + literal + part));
    rest = rest.slice(close + 1);
  }
}

function series(text: string): readonly string[] | Bad {
  const [first = "", end = "", stepText, ...more] = text.split(":");
  if (!text.includes(":") || more.length > 0) return { problem: `[${text}] is no range`, hint: HINT };
  if (end === "") return { problem: `the range [${text}] has no end`, hint: HINT };
  const begin = first === "" ? "0" : first;
  const width = begin.length > 1 && begin.startsWith("0") ? begin.length : 0;
  if (width > 0 && width !== end.length) {
    const problem = `the range [${text}] has leading zeros and ends of unequal length`;
    return { problem, hint: `Write [${begin}:${end.padStart(width, "0")}].` };
  }
  const step = stepText === undefined ? 1 : Number(/^\d+$/.test(stepText) ? stepText : Number.NaN);
  if (!(step >= 1)) return { problem: `the step of [${text}] must be at least 1`, hint: HINT };
  const letters = [begin, end].map((letter) => (letter.length === 1 ? LETTERS.indexOf(letter) : -1));
  const [from = -1, to = -1] = letters;
  if (from >= 0 && to >= 0) {
    if (to < from) return { problem: `the range [${text}] ends before it begins`, hint: HINT };
    return steps(from, to, step).map((at) => LETTERS.charAt(at));
  }
  if (!/^\d{1,15}$/.test(begin) || !/^\d{1,15}$/.test(end)) {
    return { problem: `[${text}] is no range: its ends don't go together`, hint: HINT };
  }
  if ((Number(end) - Number(begin)) / step >= MAX_RANGE_HOSTS) return tooMany();
  return steps(Number(begin), Number(end), step).map((n) => String(n).padStart(width, "0"));
}

/** From one end to the other, both included; none where the second is the smaller one. */
function steps(first: number, last: number, step: number): readonly number[] {
  return Array.from(
    { length: Math.max(0, Math.floor((last - first) / step) + 1) },
    (_, i) => first + i * step,
  );
}

function tooMany(): Bad {
  return { problem: `more than ${MAX_RANGE_HOSTS} hosts in one name`, hint: "Check the ends of the range." };
}
