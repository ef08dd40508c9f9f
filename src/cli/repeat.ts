import type { RunStarted } from "../model/event.js";
import { DEFAULT_STATE } from "../model/state-folder.js";
import type { ChangeFlags } from "./options.js";
import { maskedVariable } from "./record.js";

/** What must be given again for a command to mean the same: the hosts' pattern, and other flags as words of a command line. */
export function repeatable(flags: Partial<ChangeFlags>): Pick<RunStarted, "limit" | "flags"> {
  const { limit, tags, extraVar, vaultPasswordFile, askPass, askBecomePass, waves, budget, state } = flags;
  const words = [
    ...(tags === undefined ? [] : ["--tags", tags.join(",")]),
    ...(extraVar ?? []).flatMap((text) => ["-e", maskedVariable(text)]),
    ...(vaultPasswordFile ?? []).flatMap((file) => ["--vault-password-file", file]),
    ...(askPass === true ? ["-k"] : []),
    ...(askBecomePass === true ? ["-K"] : []),
    ...(waves === undefined ? [] : ["--waves", waves]),
    ...(budget === undefined ? [] : ["--budget", budget]),
    ...(state === undefined || state === DEFAULT_STATE ? [] : ["--state", state]),
  ];
  return { ...(limit === undefined ? {} : { limit }), ...(words.length === 0 ? {} : { flags: words }) };
}
