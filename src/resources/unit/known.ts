import type { Sh } from "../../model/sh.js";
import { sh } from "../../model/sh.js";

/**
 * What takes a unit away, where systemd knows of it: nothing has to be stopped, disabled or read again of one that is neither on disk nor
 * runs, and systemctl(1) fails for it. So taking back what was never done succeeds, and costs a busy host no reading of all units.
 */
export function whereKnown(run: Sh, name: string): Sh {
  return sh`case $(systemctl show -p LoadState,ActiveState -- ${name}) in
*=not-found*=inactive* | *=inactive*=not-found*) ;;
*) ${run} ;;
esac`;
}
