import { z } from "zod";
import { defineResource, ProbeError } from "../model/resource.js";
import { sh } from "../model/sh.js";
import { namedOwnership } from "./content/file-kind.js";
import { absolutePath, ownership } from "./content/params.js";
import type { Ownership } from "./content/state.js";
import { parseStat, statProbe } from "./content/state.js";
import { ownershipSteps } from "./content/steps.js";

const params = z.strictObject({
  path: absolutePath,
  ...ownership,
  /** `absent` removes the directory if it is empty; one that is not is an error, since nothing could bring it back. */
  state: z.enum(["present", "absent"]).default("present"),
});

/** A directory that exists. */
export interface DirectoryState extends Ownership {
  readonly type: "directory";
}

/**
 * A directory: mode and owners. Its parent must exist. A new one gets mode 0755 unless another is given.
 *
 * @example directory({ path: "/srv/data", mode: "0750", owner: "backup" })
 */
export const directory = defineResource(params, {
  kind: "directory",
  key: (p) => p.path,
  probe: (p) => [statProbe(p.path)],
  parse: ([output = ""], p): DirectoryState | null => {
    const stat = parseStat(output.trimEnd());
    if (stat === null) return null;
    if (stat.kind !== "directory") {
      throw new ProbeError(`${p.path} is a ${stat.kind}`, "Remove it by hand, or give another path.");
    }
    return { type: "directory", mode: stat.mode, owner: stat.owner, group: stat.group };
  },
  target: (p, actual): DirectoryState | null => {
    const fresh: DirectoryState = { type: "directory", mode: "0755" };
    return p.state === "absent" ? null : { ...(actual ?? fresh), ...namedOwnership(p) };
  },
  steps: (from, to, { path }) => {
    const startup = { layer: "startup", cuts: false } as const;
    if (to === null) {
      return from === null ? [] : [{ title: `remove ${path}`, run: sh`rmdir -- ${path}`, ...startup }];
    }
    if (from !== null) return ownershipSteps(path, from, to);
    const make = { title: `make ${path}`, run: sh`mkdir -m ${to.mode ?? "0755"} -- ${path}`, ...startup };
    return [make, ...ownershipSteps(path, to.mode === undefined ? {} : { mode: to.mode }, to)];
  },
});
