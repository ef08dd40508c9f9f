import { ProbeError } from "../../model/resource.js";
import type { Sh } from "../../model/sh.js";
import { sh } from "../../model/sh.js";
import type { FileState } from "../content/state.js";
import { fileProbe, parseFile } from "../content/state.js";
import type { UnitParams } from "../unit/params.js";
import { params as unitParams } from "../unit/params.js";
import type { UnitState } from "../unit/state.js";
import { parseUnit, unitProbe } from "../unit/state.js";
import { factsProbe, refuse } from "./facts.js";
import { unitOf } from "./files.js";
import { SCRIPT, UNIT } from "./names.js";
import type { FailoverParams } from "./params.js";

/**
 * Failover on a host: the service and its program. What the service does while it runs (which gateways new connections may use) is its own
 * business and no part of this.
 */
export interface FailoverState {
  readonly script: FileState | null;
  readonly unit: UnitState | null;
}

/** The unit as the kind of units manages it. */
export function unitOfTask(p: FailoverParams): UnitParams {
  const wanted =
    p.mode === "none"
      ? { content: "[Service]\n", enabled: false, started: false }
      : { content: unitOf(p), enabled: true, started: true };
  return unitParams.parse({ name: UNIT, ...wanted });
}

/** A host without any of it costs no process. */
export function failoverProbe(p: FailoverParams): readonly Sh[] {
  const files = [...unitProbe(unitOfTask(p)), fileProbe(SCRIPT, { follow: true, content: true })];
  if (p.mode !== "none") return [...files, factsProbe(p)];
  const there = sh`[ -e ${SCRIPT} ] || [ -e ${`/etc/systemd/system/${UNIT}`} ]`;
  return files.map((script) => sh`${there} || exit 0\n${script}`);
}

/**
 * Reads what {@link failoverProbe} printed; null where nothing of it is there.
 * @throws ProbeError where a mode can't work on the host, with the reason.
 */
export function parseFailover(outputs: readonly string[], p: FailoverParams): FailoverState | null {
  const [shown = "", content = "", program = "", facts] = outputs;
  if (p.mode === "none" && [shown, content, program].every((output) => output === "")) return null;
  const unit = parseUnit([shown, content], unitOfTask(p));
  const script = parseFile(program, {});
  const state = unit === null && script === null ? null : { unit, script };
  if (p.mode !== "none" && unit?.active !== true) {
    const why = refuse(facts ?? "", p);
    if (why !== null) throw new ProbeError(why.message, why.hint);
  }
  return state;
}
