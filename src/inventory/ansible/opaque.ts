import type { Located, Opaque } from "../located.js";

/** Marks of Jinja: an expression, a statement, a comment. Ansible evaluates a text that holds any of them. */
const JINJA = /\{[{%#]/;

/** A text, marked where Ansible would evaluate it. */
export function jinjaOr(text: string): Pick<Located, "value" | "opaque"> {
  return JINJA.test(text) ? { value: text, opaque: "jinja" } : { value: text };
}

const WORDS: Readonly<Record<Opaque, readonly [message: string, hint: string]>> = {
  jinja: [
    "holds a Jinja expression, which is not evaluated",
    "Write the value out, or override it by `-e NAME=VALUE` or in host_vars.",
  ],
  vault: [
    "is encrypted by ansible-vault and could not be opened",
    "Give its password by --vault-password-file.",
  ],
  number: ["is a number that can't be kept exactly", "Quote it to keep it as a text."],
  python: ["is a value that only Python has", "Write it as text, number, list or mapping."],
};

/** Why a value can't be used, and what to do: to be said of a variable that is needed. */
export function opaqueProblem(
  name: string,
  opaque: Opaque,
): { readonly message: string; readonly hint: string } {
  const [message, hint] = WORDS[opaque];
  return { message: `${name} ${message}`, hint };
}
