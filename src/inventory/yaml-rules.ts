/** What to do about the parser's errors; its messages say only what is wrong. */
export const SYNTAX_HINTS: Readonly<Record<string, string>> = {
  TAB_AS_INDENT: "Indent with spaces.",
  BAD_INDENT: "Give all keys of one mapping the same indentation.",
  BLOCK_AS_IMPLICIT_KEY: 'Quote a value that holds ": ".',
  MULTILINE_IMPLICIT_KEY: "Check the indentation and that every key ends with a colon.",
  MISSING_CHAR: 'Close brackets and quotes; quote a range within braces: `"web[1:3]"`.',
  TAG_RESOLVE_FAILED: "Remove the tag; Surefoot knows `!secret` and `!vault` only.",
  MULTIPLE_DOCS: "Keep one document per file: remove the `---` line between them.",
};

/** Messages of the parser that speak to programmers. */
export const SYNTAX_MESSAGES: Readonly<Record<string, string>> = {
  MULTIPLE_DOCS: "the file holds several YAML documents",
  NON_STRING_KEY: "a key must be a plain name",
};

/**
 * What is wrong with a number: a file mode that YAML 1.2 does not read as one (`0644` is 644 there), or digits that a
 * number can't keep.
 * @param name The key under which it stands.
 * @param source As it is written.
 */
export function numberProblem(
  name: string,
  source: string,
  value: number,
): { readonly message: string; readonly hint: string } | undefined {
  if (/(^|_)mode$/.test(name) && /^0o?[0-7]+$/.test(source)) {
    const hint = `Quote it: ${name}: "${source.replace("o", "")}"`;
    return { message: `${name}: ${source} is read as the number ${value}`, hint };
  }
  const exact = Number.isFinite(value) && (!/^[-+]?\d+$/.test(source) || Number.isSafeInteger(value));
  if (exact) return undefined;
  return {
    message: `${source} can't be kept as a number`,
    hint: `Quote it to keep it as it is: "${source}"`,
  };
}
