import { posix } from "node:path";
import { z } from "zod";
import type { Step } from "../model/resource.js";
import { defineResource, ProbeError } from "../model/resource.js";
import type { Sh } from "../model/sh.js";
import { sh } from "../model/sh.js";
import { wantedOwnership } from "./content/file-kind.js";
import { absolutePath, ownership } from "./content/params.js";
import type { Ownership } from "./content/stat.js";
import { ownershipOf, parseStat, statProbe } from "./content/stat.js";
import { described, ownershipSteps, STARTUP } from "./content/steps.js";
import { chmod, giveTo } from "./content/write.js";

const params = z
  .strictObject({
    path: absolutePath,
    ...ownership,
    /** `absent` removes the directory if it is empty. */
    state: z.enum(["present", "absent"]).default("present"),
  })
  .refine(
    (p) => p.state === "present" || [p.mode, p.owner, p.group].every((part) => part === undefined),
    "an absent directory has no mode, owner or group",
  );

/** A directory that exists. */
export interface DirectoryState extends Ownership {
  readonly type: "directory";
}

/**
 * A directory: mode and owners. A new one gets mode 0755 unless another is given. Undo takes back exactly what was made, therefore
 * there is no making of parents (each is a task of its own) and no removing of what is in it.
 *
 * @example directory({ path: "/srv/data", mode: "0750", owner: "backup" })
 */
export const directory = defineResource(params, {
  kind: "directory",
  key: (p) => p.path,
  probe: (p) => [
    sh`${statProbe(p.path, p.state === "present")}
case $s in failed*) [ ! -L ${p.path} ] || echo dangling ;; esac`,
  ],
  parse: ([output = ""], p): DirectoryState | null => {
    if (output.endsWith("\ndangling\n")) {
      throw new ProbeError(
        "is a symbolic link that leads nowhere",
        "Remove the link or make what it leads to.",
      );
    }
    const stat = parseStat(output.trimEnd(), p);
    if (stat === null) return null;
    if (stat.type !== "directory") {
      const hint = 'Remove it by hand or by file({ path, state: "absent" }), or give another path.';
      throw new ProbeError(`is a ${stat.type}, not a directory`, hint);
    }
    return { type: "directory", ...ownershipOf(stat) };
  },
  target: (p, actual): DirectoryState | null =>
    p.state === "absent" ? null : { type: "directory", ...wantedOwnership(p, actual, "0755") },
  steps: (from, to, { path }): readonly Step[] => {
    if (to !== null && from !== null) return ownershipSteps(path, from, to);
    if (to !== null) return [{ title: `make ${path} (${described(to)})`, run: make(path, to), ...STARTUP }];
    return from === null
      ? []
      : [{ title: `remove ${path}`, run: sh`[ ! -d ${path} ] || rmdir -- ${path}`, ...STARTUP }];
  },
});

/** Nobody else may look in until mode and owners are right. */
function make(path: string, own: Ownership): Sh {
  return sh`if [ ! -d ${posix.dirname(path)} ]; then echo 'its parent does not exist: it needs a task of its own, before this one' >&2; exit 1; fi
[ -d ${path} ] || mkdir -m 0700 -- ${path}
${giveTo(own, sh`${path}`)}${chmod(own.mode, sh`-- ${path}`)}`;
}
