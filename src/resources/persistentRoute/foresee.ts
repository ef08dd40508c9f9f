import type { PersistentRouteState } from "./state.js";

/** What `detailProbe` will print once the startup configuration is as it shall be, given what it prints now. */
export function foreseeDetails(output: string, to: PersistentRouteState): string {
  const unit = new Map([
    ["UnitFileState", to.keeper.enabled ? "enabled" : "disabled"],
    ["ActiveState", to.keeper.active ? "active" : "inactive"],
  ]);
  const foreseen = (line: string): string => {
    const path = /^absent (.*)$|^file (.*) \d+ \S*$/
      .exec(line)
      ?.slice(1)
      .find((part) => part !== undefined);
    const file = path === undefined ? undefined : to.files[path];
    if (file !== undefined && file !== null) {
      const mode = Number.parseInt(file.mode, 8).toString(8);
      return `file ${path} ${mode} ${Buffer.from(file.text).toString("base64")}`;
    }
    if (/^nm( |$)/.test(line)) return to.routes === undefined ? line : `nm ${to.routes.join(", ")}`;
    const [, property = ""] = /^unit (\w+)=/.exec(line) ?? [];
    const value = unit.get(property);
    return value === undefined ? line : `unit ${property}=${value}`;
  };
  return output.split("\n").map(foreseen).join("\n");
}
