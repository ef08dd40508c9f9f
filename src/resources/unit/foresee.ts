import { sameJson } from "../../model/json.js";
import { ProbeError } from "../../model/resource.js";
import type { FileState } from "../content/state.js";
import { foreseeFile } from "../content/state.js";
import type { UnitParams } from "./params.js";
import type { UnitState } from "./state.js";
import { parseUnit } from "./state.js";
import { isOn, setting } from "./unit-file.js";

/**
 * What the probe of a unit will print once the unit is as it shall be, given what it prints now.
 * @returns undefined where that can't be told.
 */
export function foreseeUnit(
  outputs: readonly string[],
  to: UnitState,
  p: UnitParams,
): readonly string[] | undefined {
  const [shown = "", content] = outputs;
  const values = changes(stateNow(outputs, p), to);
  const lines = shown.split("\n").map((line) => {
    const name = line.slice(0, Math.max(0, line.indexOf("=")));
    const value = values.get(name);
    return value === undefined ? line : `${name}=${value}`;
  });
  if (content === undefined || p.content === undefined) return [lines.join("\n")];
  const file = to.file === null ? undefined : foreseeFile(content, to.file);
  return file === undefined ? undefined : [lines.join("\n"), file];
}

/** Null also where there is something from which no way leads on: then nothing is foreseen of it either. */
function stateNow(outputs: readonly string[], p: UnitParams): UnitState | null {
  try {
    return parseUnit(outputs, p);
  } catch (thrown) {
    if (thrown instanceof ProbeError) return null;
    throw thrown;
  }
}

/** Properties that become others; what is no part of the state stays as it is, such as in which way a unit is not enabled. */
function changes(now: UnitState | null, to: UnitState): ReadonlyMap<string, string> {
  const enabled: [string, string] = ["UnitFileState", to.enabled ? "enabled" : "disabled"];
  const active: [string, string] = ["ActiveState", to.active ? "active" : "inactive"];
  const loaded = [...serviceOf(to.file), ["LoadState", "loaded"], ["LoadError", ""]] as const;
  return new Map([
    ...(now?.enabled === to.enabled && (now.file !== null || to.file === null) ? [] : [enabled]),
    ...(now?.active === to.active ? [] : [active]),
    ...(now !== null && sameJson(now.file, to.file) ? [] : loaded),
    ["NeedDaemonReload", to.stale ? "yes" : "no"],
  ]);
}

/** What systemd takes from a service's own section, with its defaults (systemd.service(5)). */
function serviceOf(file: FileState | null): readonly (readonly [string, string])[] {
  if (file?.content === undefined || !("text" in file.content)) return [];
  const { text } = file.content;
  return [
    ["Type", setting(text, "Service", "Type") ?? "simple"],
    ["RemainAfterExit", isOn(setting(text, "Service", "RemainAfterExit")) ? "yes" : "no"],
  ];
}
