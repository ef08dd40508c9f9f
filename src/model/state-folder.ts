import { quote } from "./sh.js";

/** Where runs are recorded, below the user's repository. */
export const DEFAULT_STATE = ".surefoot";

/** The flag that a command needs to find records in a folder, as a person can type it behind the command; nothing for the usual folder. */
export function stateFlag(folder: string): string {
  return folder === DEFAULT_STATE ? "" : ` --state ${quote(folder)}`;
}
