import { access } from "node:fs/promises";
import { SurefootError } from "../model/error.js";
import { DEFAULT_STATE } from "../model/state-folder.js";

/**
 * Makes sure that a folder of records that somebody named is there: a name that is misspelt would look like a history in which nothing happened. The
 * usual folder comes with the first run.
 * @throws SurefootError `flag-invalid`.
 */
export async function requireRecords(folder: string): Promise<void> {
  if (folder === DEFAULT_STATE) return;
  try {
    await access(folder);
  } catch (thrown) {
    throw new SurefootError(
      {
        code: "flag-invalid",
        message: `--state ${folder}: no runs are recorded there, for it can't be read`,
        hint: "Look for a typing error there, or in SUREFOOT_STATE: it is the folder that runs were given.",
      },
      { cause: thrown },
    );
  }
}
