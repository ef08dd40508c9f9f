import type { DoctorFinding } from "../model/diagnosis.js";
import type { Unit } from "./read/units.js";
import { KEEPER } from "./read/units.js";
import type { Readings } from "./readings.js";
import { known } from "./readings.js";
import type { Remedies } from "./remedies.js";
import type { UnitRoute } from "./unit-route.js";
import { unitRoute } from "./unit-route.js";

/** A host as the finders see it. */
export interface Case {
  readonly readings: Readings;
  readonly remedies: Remedies;
  /** Name of the unit that sets the route at boot. */
  readonly unit: string;
}

/** Finds one family of things wrong with a host. Pure. What is not known is not judged. */
export type Finder = (host: Case) => readonly DoctorFinding[];

/** Whether a keeper of `persistentRoute` is there, whatever its state. */
export function hasKeeper({ readings }: Case): boolean {
  return [...(known(readings.units)?.keys() ?? [])].some((name) => KEEPER.test(name));
}

/** The unit that sets the route, undefined where it is not known or not there. */
export function routeUnit({ readings, unit }: Pick<Case, "readings" | "unit">): Unit | undefined {
  const found = known(readings.units)?.get(unit);
  return found?.get("LoadState") === "not-found" ? undefined : found;
}

/** What it would set. */
export function intended(host: Pick<Case, "readings" | "unit">): UnitRoute | null {
  return unitRoute(routeUnit(host));
}
