import { defineResource } from "../model/resource.js";
import { wantedFile } from "./content/file-kind.js";
import { foreseeUnit } from "./unit/foresee.js";
import { params, wantsUnit } from "./unit/params.js";
import type { UnitState } from "./unit/state.js";
import { parseUnit, unitProbe } from "./unit/state.js";
import { unitSteps } from "./unit/steps.js";

export type { UnitState } from "./unit/state.js";

/**
 * A systemd unit: its file, whether it is enabled, whether it runs. systemd reads unit files again only where that is needed.
 *
 * Where the unit comes from elsewhere (no `content`) and is not there, it is planned all the same, with a note: an earlier task, such as
 * the installation of a package, may bring it.
 *
 * @example systemdUnit({ name: "nginx.service", enabled: true, started: true })
 */
export const systemdUnit = defineResource(params, {
  kind: "systemdUnit",
  key: (p) => p.name,
  probe: unitProbe,
  parse: parseUnit,
  target: (p, actual): UnitState | null => {
    if (actual === null && !wantsUnit(p)) return null;
    const enabled = p.enabled ?? actual?.enabled ?? false;
    const active = p.started ?? actual?.active ?? false;
    const untouched = p.content === undefined && enabled === actual?.enabled && active === actual.active;
    return {
      file: p.content === undefined ? null : wantedFile(p, actual?.file ?? null),
      enabled,
      active,
      stale: untouched && actual.stale,
    };
  },
  steps: unitSteps,
  foresee: foreseeUnit,
  notes: (outputs, p) =>
    p.content === undefined && wantsUnit(p) && parseUnit(outputs, p) === null
      ? ["the host has no such unit now: an earlier task must bring it"]
      : [],
  sensitive: (p) => p.sensitive,
});
