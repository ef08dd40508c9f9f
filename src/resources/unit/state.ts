import { sameJson } from "../../model/json.js";
import { ProbeError } from "../../model/resource.js";
import type { Sh } from "../../model/sh.js";
import { sh } from "../../model/sh.js";
import { wantedFile } from "../content/file-kind.js";
import type { FileState } from "../content/state.js";
import { fileProbe, parseFile } from "../content/state.js";
import type { UnitParams } from "./params.js";
import { isTemplate, pathOf, wantsUnit } from "./params.js";
import type { Shown } from "./show.js";
import { parseShown } from "./show.js";

/** A unit as systemd sees it. */
export interface UnitState {
  /** Its file in /etc/systemd/system, where the task manages that; null: there is none. */
  readonly file: FileState | null;
  /** Starts at boot. What is enabled until the next boot only (`--runtime`) is not. */
  readonly enabled: boolean;
  readonly active: boolean;
  /** systemd has not read the files as they are now (NeedDaemonReload). */
  readonly stale: boolean;
}

const PROPERTIES = "Id,LoadState,LoadError,UnitFileState,ActiveState,NeedDaemonReload,Type,RemainAfterExit";

/** One process for systemd's view, two for the file. Whether systemd runs is asked as sd_booted(3) does. */
export function unitProbe(p: UnitParams): readonly Sh[] {
  const show = isTemplate(p.name) ? sh`` : sh`exec systemctl show -p ${PROPERTIES} -- ${p.name}`;
  return [
    sh`[ -d /run/systemd/system ] || { echo NoSystemd=yes; exit 0; }
[ ! -L ${pathOf(p.name)} ] || echo Linked=yes
${show}`,
    ...(p.content === undefined ? [] : [fileProbe(pathOf(p.name), { follow: true, content: true })]),
  ];
}

/**
 * Reads the outputs of {@link unitProbe}; null where there is no such unit.
 * @throws ProbeError where the unit is in a state from which it can't be led to the wanted one and back.
 */
export function parseUnit([shown = "", content]: readonly string[], p: UnitParams): UnitState | null {
  const unit = parseShown(shown);
  if (unit.has("NoSystemd")) {
    throw new ProbeError(
      "needs systemd, which does not run on this host",
      "Leave the host out, or use another kind of task.",
    );
  }
  const load = unit.get("LoadState");
  if (load === undefined && !isTemplate(p.name))
    throw new ProbeError("is not known: systemctl said nothing", "Look at `systemctl status` on the host.");
  refuseNames(unit, p);
  const file = content === undefined ? null : parseFile(content, {});
  const active = ["active", "reloading", "refreshing"].includes(unit.get("ActiveState") ?? "");
  const state = {
    file,
    enabled: unit.get("UnitFileState") === "enabled",
    active,
    stale: unit.get("NeedDaemonReload") === "yes",
  };
  refuseEnablement(unit, state, p);
  refuseBroken(unit, state, p);
  const found = isTemplate(p.name) ? file !== null : load !== "not-found" || file !== null || active;
  return found ? state : null;
}

function refuseNames(unit: Shown, p: UnitParams): void {
  const id = unit.get("Id") ?? p.name;
  if (unit.get("LoadState") === "masked" && wantsUnit(p)) {
    throw new ProbeError("is masked", `Unmask it on the host if that is right: systemctl unmask ${p.name}`);
  }
  if (id !== p.name && (p.content !== undefined || p.enabled !== undefined)) {
    throw new ProbeError(`is another name of ${id}`, `Write systemdUnit({ name: "${id}", ... }).`);
  }
}

/** Why `enable` does nothing for a unit in this state (systemctl(1), is-enabled). */
const NOT_ENABLED: ReadonlyMap<string, string> = new Map([
  ["static", "It has no [Install] section: enable what pulls it in."],
  ["generated", "It is made at boot from another file, like /etc/fstab: change that."],
  ["transient", "It is gone at the next boot: give it a file by `content`."],
  ["indirect", "It only enables others, which its [Install] section names in Also=: enable those."],
]);

function refuseEnablement(unit: Shown, state: UnitState, p: UnitParams): void {
  const enablement = unit.get("UnitFileState") ?? "";
  const hint = NOT_ENABLED.get(enablement);
  if (p.content === undefined && p.enabled === true && hint !== undefined) {
    throw new ProbeError(`can't be enabled: it is ${enablement}`, hint);
  }
  if (unit.has("Linked") && p.enabled !== undefined && p.enabled !== state.enabled) {
    throw new ProbeError(
      "is linked from another folder, and `systemctl disable` would remove that link too",
      `Replace ${pathOf(p.name)} by a file, for example by giving its \`content\` on a host without the link.`,
    );
  }
}

function refuseBroken(unit: Shown, state: UnitState, p: UnitParams): void {
  const load = unit.get("LoadState") ?? "";
  // With another content on the host, it may be this task that mends it.
  const ours =
    p.content === undefined ? wantsUnit(p) : sameJson(state.file, wantedFile(p, state.file)) && !state.stale;
  if (ours && ["bad-setting", "error"].includes(load)) {
    const said = /"(.*)"$/.exec(unit.get("LoadError") ?? "")?.[1];
    const hint = p.content === undefined ? "Mend the unit's file." : "Mend the unit's `content`.";
    throw new ProbeError(
      `can't be loaded by systemd: ${said ?? load}`,
      `${hint} \`systemd-analyze verify ${p.name}\` on the host says more.`,
    );
  }
  if (p.content === undefined && p.started === true && !state.active) refuseMomentary(unit);
}

function refuseMomentary(unit: Shown): void {
  if (
    unit.get("Type") !== "oneshot" ||
    unit.get("RemainAfterExit") === "yes" ||
    unit.get("LoadState") !== "loaded"
  )
    return;
  throw new ProbeError(
    "can't stay started: it is Type=oneshot without RemainAfterExit=yes",
    'Enable it, or run it by command({ run: "systemctl start ...", ... }).',
  );
}
