import { suggest } from "../model/did-you-mean.js";
import { SurefootError } from "../model/error.js";
import type { Fault } from "./faults.js";
import { FAULTS, INCIDENTS } from "./faults.js";
import type { LabPaths } from "./names.js";
import { BOXES } from "./names.js";
import { presentClients } from "./present.js";

/** What someone asks for: a fault, or its end. */
export interface FaultRequest {
  readonly fault: Fault;
  readonly box: string;
  readonly heal: boolean;
  readonly percent?: number;
}

/**
 * Reads what someone wrote.
 * @throws SurefootError `flag-invalid` for a kind, box or percentage that there is not.
 */
export function faultRequest(paths: LabPaths, kind: string, box: string, percent?: string): FaultRequest {
  const fault = FAULTS.find(({ name, heal }) => name === kind || heal === kind);
  if (fault === undefined) throw unknownKind(kind);
  const boxes = faultyBoxes(paths).filter((name) => befalls(fault, name));
  if (!boxes.includes(box)) throw unknownBox(kind, box, boxes);
  const heal = fault.heal === kind;
  if (fault.percent === undefined || heal) {
    if (percent !== undefined)
      throw invalid(`${kind} takes no percentage`, `Write: surefoot lab fault ${kind} ${box}`);
    return { fault, box, heal };
  }
  const share = Number(percent);
  if (!Number.isInteger(share) || share < 1 || share > 100) {
    throw invalid(
      percent === undefined ? `${kind} needs a percentage` : `"${percent}" is no percentage`,
      `Write a whole number from 1 to 100: surefoot lab fault ${kind} ${box} 30`,
    );
  }
  return { fault, box, heal, percent: share };
}

/** Whether a box is of the sort that a fault can befall. */
export function befalls({ on }: Fault, box: string): boolean {
  const gateway = box.startsWith("nat");
  return on === "either" || (on === "nat") === gateway;
}

/** The boxes that faults can befall. */
export function faultyBoxes(paths: LabPaths): readonly string[] {
  return [...BOXES.filter((name) => name.startsWith("nat")), ...presentClients(paths)];
}

function invalid(message: string, hint: string): SurefootError {
  return new SurefootError({ code: "flag-invalid", message, hint });
}

function unknownKind(kind: string): SurefootError {
  const kinds = [
    ...FAULTS.flatMap(({ name, heal }) => [name, heal]),
    ...INCIDENTS.map(({ name }) => name),
    "list",
    "heal-all",
  ];
  return invalid(`there is no fault ${kind}`, suggest(kind, kinds, `There are ${kinds.join(", ")}.`));
}

function unknownBox(kind: string, box: string, boxes: readonly string[]): SurefootError {
  const otherwise =
    boxes.length === 0 ? "The lab is not up: surefoot lab up" : `It befalls ${boxes.join(", ")}.`;
  return invalid(
    box === "" ? `${kind} needs a box` : `${kind} can't befall ${box}`,
    suggest(box, boxes, otherwise),
  );
}
