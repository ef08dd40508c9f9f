import { SurefootError } from "../model/error.js";

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const CONTROL = /[\u0000-\u001f\u007f]/;

/**
 * One word of a list in a unit file, such as ReadWritePaths= or Environment=: double quotes, with backslashes and quotes escaped (systemd.syntax(7),
 * "Quoting") and `%` doubled, which would begin a specifier (systemd.unit(5)).
 * @throws SurefootError `flag-invalid` for control characters: not every setting understands escapes of them.
 */
export function quoteWord(word: string): string {
  refuseControl(word);
  return `"${word.replace(/["\\]/g, "\\$&").replaceAll("%", "%%")}"`;
}

/** Words that mean themselves, also in the place of the program: those need no quotes, so that the unit reads like a command. */
const PLAIN = /^[A-Za-z0-9_./][A-Za-z0-9_./:@,+=*-]*$|^--?[a-z][a-z-]*$/;

/**
 * One argument in ExecStart=: as {@link quoteWord}, and `$` doubled, which would begin a variable (systemd.service(5), "Command lines"); as it is where that
 * means the same.
 * @throws SurefootError `flag-invalid` for control characters.
 */
export function quoteArgument(word: string): string {
  return PLAIN.test(word) ? word : quoteWord(word).replaceAll("$", "$$$$");
}

/**
 * A path that is a setting's whole value, such as WorkingDirectory=: nothing is unquoted there, so that only `%` is escaped.
 * @throws SurefootError `flag-invalid` for control characters, and for what would not survive: white space or a backslash at the end.
 */
export function plainPath(path: string): string {
  refuseControl(path);
  if (/[\s\\]$/.test(path)) throw unfit(path, "ends in white space or a backslash");
  return path.replaceAll("%", "%%");
}

function refuseControl(text: string): void {
  if (CONTROL.test(text)) throw unfit(text, "holds a control character");
}

function unfit(text: string, why: string): SurefootError {
  return new SurefootError({
    code: "flag-invalid",
    message: `${JSON.stringify(text)} can't stand in a unit of systemd: it ${why}`,
    hint: "Use another name for the file or folder.",
  });
}
