import type { Step } from "../../model/resource.js";
import { sh } from "../../model/sh.js";
import type { FileState } from "../content/state.js";
import { fileSteps } from "../content/steps.js";
import { whereKnown } from "../unit/known.js";
import { unitSteps } from "../unit/steps.js";
import { setupIn } from "./files.js";
import { SCRIPT, UNIT } from "./names.js";
import type { FailoverParams } from "./params.js";
import type { FailoverState } from "./state.js";
import { unitOfTask } from "./state.js";

function setup(script: FileState | null): string {
  const content = script?.content;
  return content !== undefined && "text" in content ? setupIn(content.text) : "";
}

/**
 * The steps from one state to another. Where another setup is wanted, or none, the old program takes back what it did before it goes. All count
 * as startup, so that files come before what needs them; none can cut a connection: routes of the main table stay, and connections that are
 * there go on as they are.
 */
export function failoverSteps(
  from: FailoverState | null,
  to: FailoverState | null,
  p: FailoverParams,
): readonly Step[] {
  const before = from ?? { script: null, unit: null };
  const after = to ?? { script: null, unit: null };
  const back = before.script !== null && setup(before.script) !== setup(after.script);
  const unit = back && before.unit !== null ? { ...before.unit, active: false } : before.unit;
  return [
    ...(back ? [takeBack(before.unit?.active === true)] : []),
    ...fileSteps(SCRIPT, back && after.script === null ? null : before.script, after.script),
    ...unitSteps(unit, after.unit, unitOfTask(p)).map((step): Step => ({ ...step, layer: "startup" })),
    ...(back && after.script === null ? fileSteps(SCRIPT, before.script, null) : []),
  ];
}

function takeBack(active: boolean): Step {
  const stop = active ? sh`${whereKnown(sh`systemctl stop -- ${UNIT}`, UNIT)}\n` : sh``;
  return {
    title: active ? `stop ${UNIT} and take its settings back` : `take the settings of ${UNIT} back`,
    run: sh`${stop}[ ! -e ${SCRIPT} ] || sh ${SCRIPT} down`,
    layer: "startup",
    cuts: false,
  };
}
