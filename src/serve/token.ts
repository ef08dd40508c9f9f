import { createHash, createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import { readFile, stat } from "node:fs/promises";
import { resolve, sep } from "node:path";
import { text } from "node:stream/consumers";
import { SurefootError } from "../model/error.js";

/** Bits of a token that is made here. */
const BITS = 256;
/** What a token of one's own is made of: what may stand behind `Bearer` (RFC 6750, 2.1), and is long enough not to be guessed. */
const FORM = /^[A-Za-z0-9._~+/-]{32,512}=*$/;

/** A token that nobody can guess. */
export function newToken(): string {
  return randomBytes(BITS / 8).toString("base64url");
}

/** What a browser keeps in place of the token: made from it, so that it outlives a restart, and no way back. */
export function cookieOf(token: string): string {
  return createHmac("sha256", token).update("surefoot serve: cookie").digest("base64url");
}

/** Whether two texts are the same, in a time that tells nothing of where they differ. */
export function sameText(given: string, wanted: string): boolean {
  const digest = (value: string): Buffer => createHash("sha256").update(value).digest();
  return timingSafeEqual(digest(given), digest(wanted));
}

/**
 * Reads a token of one's own from a file, or from stdin for `-`. Nobody but its owner may have access to the file; one that systemd hands over as a
 * credential may be readable by the group that systemd made for that (systemd.exec(5), `LoadCredential=`).
 * @throws SurefootError `token-invalid`.
 */
export async function readToken(file: string, env: NodeJS.ProcessEnv = process.env): Promise<string> {
  const token = (file === "-" ? await text(process.stdin) : await fileText(file, env)).trim();
  if (FORM.test(token)) return token;
  throw invalid(
    file,
    token === "" ? "is empty" : "holds no token: 32 to 512 letters, digits or any of . _ ~ + / - on one line",
    "Make one: (umask 077; openssl rand -hex 32 > FILE)",
  );
}

async function fileText(file: string, env: NodeJS.ProcessEnv): Promise<string> {
  try {
    const { mode } = await stat(file);
    const credentials = env.CREDENTIALS_DIRECTORY;
    const handedOver = credentials !== undefined && resolve(file).startsWith(resolve(credentials) + sep);
    if ((mode & (handedOver ? 0o037 : 0o077)) === 0) return await readFile(file, "utf8");
  } catch (cause) {
    throw invalid(
      file,
      `can't be read: ${cause instanceof Error ? cause.message : String(cause)}`,
      OWN,
      cause,
    );
  }
  throw invalid(file, "is open to others than its owner", `chmod 600 ${file}`);
}

const OWN = "Give a file that the user of this command may read, or - for stdin.";

function invalid(file: string, why: string, hint: string, cause?: unknown): SurefootError {
  const what = file === "-" ? "the token on stdin" : `the token file ${file}`;
  return new SurefootError({ code: "token-invalid", message: `${what} ${why}`, hint }, { cause });
}
