import { chmod, rename, rm, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { SurefootError } from "../model/error.js";

/**
 * Replaces a file that others read at once as a whole; anybody may read it, whatever the umask says. What it is called meanwhile is hidden, and has another
 * ending, so that no collector takes it for one of its files.
 * @throws SurefootError `report-failed`.
 */
export async function replaceFile(file: string, text: string): Promise<void> {
  const fresh = join(dirname(file), `.${basename(file)}.${process.pid}`);
  try {
    await writeFile(fresh, text, { mode: 0o644 });
    await chmod(fresh, 0o644);
    await rename(fresh, file);
  } catch (cause) {
    await rm(fresh, { force: true }).catch(() => undefined);
    const message = `${file} can't be written: ${cause instanceof Error ? cause.message : String(cause)}`;
    const hint = "Make its folder, and let the user of the run write to it.";
    throw new SurefootError({ code: "report-failed", message, hint }, { cause });
  }
}
