import { resolve } from "node:path";
import { MASK } from "../model/plan.js";
import type { Complaints } from "./complaints.js";
import { readText } from "./folder.js";
import type { Located, LocatedMap } from "./located.js";
import { isMap } from "./located.js";
import type { VariableSource } from "./tree.js";
import { parseYaml } from "./yaml-file.js";

/** The file name that stands for variables of the command line. A place there has the argument's number as its line. */
export const EXTRA_VARS = "--extra-var";

const ASSIGNMENT = /^([A-Za-z_][A-Za-z0-9_]*)=/;

/**
 * Reads the variables of the command line: `key=value` with the value in YAML, or `@FILE` with a mapping. A later one
 * wins over an earlier one.
 * @throws SurefootError `flag-invalid` for a file that can't be read.
 */
export function readExtraVars(texts: readonly string[], complaints: Complaints): readonly VariableSource[] {
  const source = (vars: LocatedMap): VariableSource => ({
    from: EXTRA_VARS,
    level: "extra",
    inline: false,
    vars,
  });
  let line = 0;
  const read = texts.map((argument) => {
    const start = line;
    line += argument.split("\n").length;
    if (!argument.startsWith("@")) return source(readArgument(argument, start, complaints));
    const { file, text } = readText(resolve(complaints.cwd, argument.slice(1)), complaints, "flag-invalid");
    return source(variablesOf(parseYaml(text, file, complaints), complaints));
  });
  // What has no name may be a password whose name was forgotten; it may stand beside another's mistake.
  const shown = texts.map((text) => (text.startsWith("@") || ASSIGNMENT.test(text) ? text : MASK));
  complaints.learn(EXTRA_VARS, shown.join("\n"));
  return read;
}

function readArgument(argument: string, line: number, complaints: Complaints): LocatedMap {
  const [whole, key = ""] = ASSIGNMENT.exec(argument) ?? [];
  const at = { file: EXTRA_VARS, line: line + 1, col: 1 };
  if (whole === undefined) {
    const hint = "Write --extra-var key=value, the value as in YAML, or --extra-var @FILE.";
    complaints.add("flag-invalid", "--extra-var sets no variable", at, hint);
    return new Map();
  }
  const value = parseYaml(argument.slice(whole.length), EXTRA_VARS, complaints, {
    start: { line, col: whole.length },
    path: [key],
    syntax: "flag-invalid",
  });
  const nothing: Located = { place: { ...at, col: whole.length + 1 }, value: null };
  return new Map([[key, { ...(value ?? nothing), key: at }]]);
}

/** The variables of a file, which holds a mapping or nothing. */
export function variablesOf(root: Located | null | undefined, complaints: Complaints): LocatedMap {
  if (root === null || root === undefined) return new Map();
  if (isMap(root.value)) return root.value;
  const message = "a file of variables must be a mapping";
  complaints.add("inventory-invalid", message, root.place, "Write `key: value` lines.");
  return new Map();
}
