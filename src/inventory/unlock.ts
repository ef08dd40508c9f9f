import { SurefootError } from "../model/error.js";
import { decryptAge } from "../secrets/age.js";
import { openVault } from "../secrets/vault-keys.js";
import type { Complaints } from "./complaints.js";
import type { VariableFile } from "./folder.js";
import { isVault } from "./vault.js";

/** A file of variables whose text can be read, and whether all its values are secrets. */
export interface OpenFile extends VariableFile {
  readonly secret: boolean;
}

/**
 * Decrypts the files that are encrypted, by age (NAME.yml.age) or as a whole by ansible-vault; complains about those that can't be.
 * Their names and values are needed to know which variable wins, so this can't wait until one is asked for.
 */
export async function unlockFiles(
  files: readonly VariableFile[],
  complaints: Complaints,
): Promise<readonly OpenFile[]> {
  const opened = files.map(async (one): Promise<OpenFile> => {
    const { file, text } = one;
    const age = file.endsWith(".age");
    if (!age && !isVault(text)) return { ...one, secret: false };
    const place = { file, line: 1, col: 1 };
    // Neither what is encrypted nor what it holds helps in a code frame.
    complaints.learn(file, "");
    try {
      const plain = age
        ? await decryptAge(Buffer.from(text), place)
        : await openVault(text, "the file", place);
      return { ...one, text: plain, secret: true };
    } catch (thrown) {
      if (!(thrown instanceof SurefootError)) throw thrown;
      complaints.add(thrown.code, thrown.message, place, thrown.data.hint);
      return { ...one, text: "", secret: true };
    }
  });
  return Promise.all(opened);
}
