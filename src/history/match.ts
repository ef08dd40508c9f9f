import { globOf, isGlob } from "../inventory/glob.js";
import { expandRange } from "../inventory/range.js";
import { SurefootError } from "../model/error.js";

/** Whether a host is meant. */
export type HostMatcher = (host: string) => boolean;

/**
 * Reads a pattern of host names: names, globs and ranges, separated by `:` or `,`; `!` takes away. Groups are not known here: journals name
 * hosts, and an inventory may have changed since.
 * @throws SurefootError `pattern-invalid`.
 */
export function hostMatcher(pattern: string): HostMatcher {
  const terms = termsOf(pattern);
  const plain = terms.filter((term) => !term.startsWith("!")).flatMap((term) => expanded(term, pattern));
  const not = terms
    .filter((term) => term.startsWith("!"))
    .flatMap((term) => expanded(term.slice(1), pattern));
  const any = plain.filter(isGlob).map(globOf);
  const none = not.map(globOf);
  const names = new Set(plain);
  return (host) =>
    (plain.length === 0 || names.has(host) || any.some((glob) => glob.test(host))) &&
    !none.some((glob) => glob.test(host));
}

/** The terms; a colon or comma in brackets belongs to a range. */
function termsOf(pattern: string): readonly string[] {
  const terms: string[] = [""];
  let depth = 0;
  for (const char of pattern) {
    if (char === "[") depth++;
    if (char === "]") depth--;
    if (depth === 0 && (char === ":" || char === ",")) terms.push("");
    else terms.push(`${terms.pop() ?? ""}${char}`);
  }
  return terms.map((term) => term.trim());
}

function expanded(term: string, pattern: string): readonly string[] {
  const wrong = /[^A-Za-z0-9_.\-*?[\]:,]/.exec(term);
  if (term === "" || wrong !== null) throw invalid(pattern, `"${term}" is no name of a host`);
  if (term === "all") return ["*"];
  const range = expandRange(term);
  if ("problem" in range) throw invalid(pattern, range.problem);
  return range.names;
}

function invalid(pattern: string, message: string): SurefootError {
  return new SurefootError({
    code: "pattern-invalid",
    message: `${pattern}: ${message}`,
    hint: "Write names, globs or ranges of hosts: client1, 'web*', 'client[1:20]', 'web*:!web7'. Groups are not known here.",
  });
}
