import type { LoadOptions } from "../../src/inventory/load.js";
import { loadInventory } from "../../src/inventory/load.js";
import type { ErrorData } from "../../src/model/error.js";
import { SurefootError, SurefootErrors } from "../../src/model/error.js";
import { formatPlace } from "../../src/model/place.js";
import { folder } from "../support/folder.js";

/** Files of an environment by path. */
export type Files = Readonly<Record<string, string>>;

/** Loads an environment whose places are relative to its own folder. */
export function load(files: Files, options: LoadOptions = {}): ReturnType<typeof loadInventory> {
  return loadInventory(".", { cwd: folder(files), ...options });
}

/** What is thrown, as plain errors. */
export async function errorsOf(work: () => Promise<unknown>): Promise<readonly ErrorData[]> {
  try {
    await work();
  } catch (thrown) {
    if (thrown instanceof SurefootErrors) return thrown.errors;
    if (thrown instanceof SurefootError) return [thrown.data];
    throw thrown;
  }
  return [];
}

/** `code file:line:col`, the part of an error that tables compare. */
export function brief({ code, place }: ErrorData): string {
  return place === undefined ? code : `${code} ${formatPlace(place)}`;
}
