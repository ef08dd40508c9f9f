import type { FileState } from "../content/state.js";
import { foreseeFile } from "../content/state.js";
import type { UnitParams } from "./params.js";
import type { UnitState } from "./state.js";
import { isOn, setting } from "./unit-file.js";

/**
 * What the probe of a unit will print once the unit is as it shall be, given what it prints now.
 * @returns undefined where that can't be told.
 */
export function foreseeUnit(
  [shown = "", content]: readonly string[],
  to: UnitState,
  p: UnitParams,
): readonly string[] | undefined {
  const values = new Map([
    ["LoadState", "loaded"],
    ["LoadError", ""],
    ["UnitFileState", to.enabled ? "enabled" : "disabled"],
    ["ActiveState", to.active ? "active" : "inactive"],
    ["NeedDaemonReload", to.stale ? "yes" : "no"],
    ...serviceOf(to.file),
  ]);
  const lines = shown.split("\n").map((line) => {
    const name = line.slice(0, Math.max(0, line.indexOf("=")));
    const value = values.get(name);
    return value === undefined ? line : `${name}=${value}`;
  });
  if (content === undefined || p.content === undefined) return [lines.join("\n")];
  const file = to.file === null ? undefined : foreseeFile(content, to.file);
  return file === undefined ? undefined : [lines.join("\n"), file];
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
