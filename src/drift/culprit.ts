import { sameJson } from "../model/json.js";
import { DIRECTORY, FILE } from "./culprit/file.js";
import { ROUTE } from "./culprit/route.js";
import { SYSCTL } from "./culprit/sysctl.js";
import { UNIT } from "./culprit/unit.js";
import type { Evidence, Rule } from "./evidence.js";
import { at } from "./evidence.js";

const RULES: Readonly<Record<string, readonly Rule[]>> = {
  route: ROUTE,
  sysctl: SYSCTL,
  file: FILE,
  template: FILE,
  directory: DIRECTORY,
  systemdUnit: UNIT,
  persistentRoute: [
    {
      when: () => true,
      words:
        "the files of the interface's owner were edited, or its owner wrote them again (netplan, cloud-init)",
    },
  ],
  failover: [
    {
      when: ({ desired, found }) => sameJson(at(desired, "unit"), at(found, "unit")),
      words: "somebody edited the failover program",
    },
    { when: () => true, words: "somebody stopped, disabled or edited the failover service" },
  ],
  command: [{ when: () => true, words: "what the command did is gone: its guard says that it is to be run" }],
};

/**
 * What it looks like: who or what has most likely made a thing differ. Honest about what can't be known: a host keeps no record of who
 * changed it, so this is told from traces (a route's protocol, what was changed and what was not, what we left there).
 */
export function culprit(evidence: Evidence): string {
  const { kind, desired, found, applied } = evidence;
  if (applied !== undefined && !sameJson(applied, desired) && sameJson(applied, found)) {
    return "a wish that has changed: the host is as we left it, and playbook or inventory want something else since";
  }
  const rule = RULES[kind]?.find(({ when }) => when(evidence));
  if (rule === undefined) return "something other than Surefoot changed it";
  return typeof rule.words === "string" ? rule.words : rule.words(evidence);
}
