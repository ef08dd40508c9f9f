import type { ErrorCode } from "../model/error.js";
import { SurefootError } from "../model/error.js";
import type { Place } from "../model/place.js";
import { secrets } from "../model/secret.js";
import type { PasswordSource } from "../model/target.js";
import { readSource } from "../secrets/source.js";

/** Asks the person at the terminal; without echo what is typed is not shown. Undefined where there is nobody to ask. */
export type Ask = (prompt: string, echo: boolean) => Promise<string>;

/**
 * Reads a password or passphrase from its source, and has it masked from then on.
 * @param what For messages: `the password of ops`.
 * @throws SurefootError of the given code where the source has none.
 */
export async function readPassword(
  source: PasswordSource,
  what: string,
  place: Place,
  code: ErrorCode,
): Promise<string> {
  if ("value" in source) {
    secrets.add(source.value);
    return source.value;
  }
  try {
    return await readSource(source, what, place);
  } catch (thrown) {
    throw thrown instanceof SurefootError
      ? new SurefootError({ ...thrown.data, code }, { cause: thrown })
      : thrown;
  }
}
