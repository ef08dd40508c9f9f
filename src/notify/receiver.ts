import { SurefootError } from "../model/error.js";

/** Who is told: an address that a notice is sent to, or a command that gets it. */
export type Receiver =
  | { readonly kind: "webhook"; readonly url: string }
  /** A file with the address: whoever knows that of a chat may write there. */
  | { readonly kind: "webhook"; readonly file: string }
  | { readonly kind: "command"; readonly command: string };

/**
 * Reads the value of a flag: `webhook=URL`, `webhook=@FILE`, `command=COMMAND`.
 * @throws SurefootError `flag-invalid`.
 */
export function parseReceiver(text: string): Receiver {
  const [kind, value = ""] = text.split(/=(.*)/s);
  if (kind === "command" && value.trim() !== "") return { kind, command: value };
  if (kind === "webhook" && value.startsWith("@") && value.length > 1) return { kind, file: value.slice(1) };
  if (kind === "webhook" && isAddress(value)) return { kind, url: value };
  throw new SurefootError({
    code: "flag-invalid",
    // An address may hold a token, and a slip may be in any part of it.
    message: `--notify ${kind === "webhook" ? "webhook=..." : `"${text}"`} tells nobody`,
    hint: "Write --notify webhook=https://..., --notify webhook=@FILE (the address is in it), or --notify command=COMMAND.",
  });
}

/** Whether a text is an address that a notice can be sent to. */
export function isAddress(text: string): boolean {
  return URL.canParse(text) && ["http:", "https:"].includes(new URL(text).protocol);
}
