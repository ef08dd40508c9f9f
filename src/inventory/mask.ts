import { MASK } from "../model/plan.js";

/** Whether a variable or key of this name holds a password. */
export function isSecretName(name: string): boolean {
  return /(^|[_-])(password|passwd|passphrase)$/i.test(name);
}

/** Also true of misspelt keys: masking too much around an error costs nothing. */
function looksSecret(key: string): boolean {
  return /pas[sw]|p[a-z]{0,4}w[a-z]{0,3}d/i.test(key);
}

/** Anything that may be a key; bounded, so that long words cost no time. */
const KEYS = /([\w-]{1,64})["']?\s*[:=]\s*/g;

/**
 * A file's text as it may be shown around an error: what stands behind a key like `password` is masked, also where the
 * text is not valid YAML. Lines keep their numbers, and columns up to the secret.
 */
export function maskSecrets(text: string): string {
  let secretIndent: number | undefined;
  return text
    .split("\n")
    .map((line) => {
      const indent = line.search(/\S/);
      if (indent < 0) return line;
      // The secret may also stand on the deeper lines below its key.
      if (secretIndent !== undefined && indent > secretIndent) return `${" ".repeat(indent)}${MASK}`;
      secretIndent = undefined;
      for (const match of line.matchAll(KEYS)) {
        if (!looksSecret(match[1] ?? "")) continue;
        secretIndent = indent;
        const end = match.index + match[0].length;
        return line.slice(end).trim() === "" ? line : `${line.slice(0, end)}${MASK}`;
      }
      return line;
    })
    .join("\n");
}

/** Text with control characters, which a terminal would obey, replaced by a sign for each. */
export function printable(text: string): string {
  return text.replace(/[^\P{Cc}\n\t]/gu, "\u{FFFD}");
}
