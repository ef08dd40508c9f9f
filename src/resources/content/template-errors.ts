import { suggest } from "../../model/did-you-mean.js";
import type { ErrorData } from "../../model/error.js";
import { SurefootError, SurefootErrors } from "../../model/error.js";
import { codeFrame } from "../../model/place.js";
import type { Finding } from "./template-check.js";

/** A template's text and how it is named in messages. */
export interface Source {
  readonly file: string;
  readonly source: string;
}

/** Where something is; column from 1. */
interface Spot {
  readonly line: number;
  readonly col: number;
}

function errorAt(
  { file, source }: Source,
  { line, col }: Spot,
  what: Pick<ErrorData, "code" | "message" | "hint">,
): ErrorData {
  const place = { file, line, col };
  return { ...what, place, frame: codeFrame(source, place) };
}

/** All that was found wrong with a template as one thing to throw. */
export function findingsError(source: Source, findings: readonly Finding[]): SurefootError | SurefootErrors {
  const errors = findings.map(({ code, message, hint, ...spot }) =>
    errorAt(source, spot, {
      code,
      message,
      hint: typeof hint === "string" ? hint : suggest(hint.part, hint.known, given(hint.known)),
    }),
  );
  const [first] = errors;
  return first !== undefined && errors.length === 1 ? new SurefootError(first) : new SurefootErrors(errors);
}

function given(known: readonly string[]): string {
  return known.length === 0 ? "There is nothing of any name." : `There is ${known.join(", ")}.`;
}

/**
 * The error for a template that Handlebars can't parse. Its parser says the line; the column is that of the token at which its lexer
 * stopped.
 * @param token Where the lexer stands, as it counts (columns from 0).
 */
export function syntaxError(source: Source, thrown: unknown, token: Spot | undefined): SurefootError {
  const text = thrown instanceof Error ? thrown.message : String(thrown);
  const [, line, col] = / - (\d+):(\d+)$/.exec(text) ?? [];
  const spot =
    line === undefined
      ? { line: token?.line ?? 1, col: (token?.col ?? 0) + 1 }
      : { line: Number(line), col: Number(col) + 1 };
  const said = (text.split("\n").at(-1) ?? text).replace(/ - \d+:\d+$/, "");
  return new SurefootError(
    errorAt(source, spot, {
      code: "template-syntax",
      message: `the template can't be read: ${said}`,
      hint: "Correct the Handlebars expression there.",
    }),
    { cause: thrown },
  );
}

/** The error for what Handlebars itself refused to render, which the check before should have found. */
export function renderError(source: Source, thrown: unknown): SurefootError {
  const text = thrown instanceof Error ? thrown.message : String(thrown);
  const [, line = "1", col = "0"] = / - (\d+):(\d+)$/.exec(text) ?? [];
  return new SurefootError(
    errorAt(
      source,
      { line: Number(line), col: Number(col) + 1 },
      {
        code: "template-variable",
        message: `the template can't be rendered: ${text.replace(/ - \d+:\d+$/, "")}`,
        hint: "Look at the expression there and at the variables that it gets.",
      },
    ),
    { cause: thrown },
  );
}
