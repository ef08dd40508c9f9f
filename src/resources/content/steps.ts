import { sameJson } from "../../model/json.js";
import type { Step } from "../../model/resource.js";
import { sh } from "../../model/sh.js";
import type { Ownership } from "./stat.js";
import type { FileState, LinkState, PathState } from "./state.js";
import { chmod, follow, giveTo, writeFile } from "./write.js";

/** All steps of files and directories change what survives a reboot, and none cuts a connection. */
export const STARTUP = { layer: "startup", cuts: false } as const;

/** Owners as a name or number each; what a new file gets has no name here. */
const FRESH = "the default";

/** What is to be changed of mode and owners, for titles: `mode 0600 (was 0644)`. */
function changes(from: Ownership, to: Ownership): readonly string[] {
  return (["mode", "owner", "group"] as const)
    .filter((field) => to[field] !== from[field])
    .map((field) => `${field} ${to[field] ?? FRESH} (was ${from[field] ?? FRESH})`);
}

/** Mode and owners of what is new, for titles: `mode 0600, owner backup`. */
export function described({ mode, owner, group }: Ownership): string {
  return [`mode ${mode}`, owner && `owner ${owner}`, group && `group ${group}`].filter(Boolean).join(", ");
}

/** The step that changes mode and owners alone; none where they are the same. */
export function ownershipSteps(path: string, from: Ownership, to: Ownership): readonly Step[] {
  const what = changes(from, to);
  if (what.length === 0) return [];
  const owners = {
    ...(to.owner === undefined || to.owner === from.owner ? {} : { owner: to.owner }),
    ...(to.group === undefined || to.group === from.group ? {} : { group: to.group }),
  };
  const at = sh`${path}`;
  const run = sh`${giveTo(owners, at)}${chmod(to.mode, sh`-- ${at}`)}`;
  return [{ title: `set ${what.join(", ")} of ${path}`, run, ...STARTUP }];
}

function removeStep(path: string, through: boolean): Step {
  const run = through ? sh`${follow(path)}\nrm -f -- "$f"` : sh`rm -f -- ${path}`;
  return { title: `remove ${path}`, run, ...STARTUP };
}

function writeStep(path: string, from: FileState | null, to: FileState): Step {
  const what =
    from === null
      ? ` (${described(to)})`
      : changes(from, to)
          .map((change) => `, ${change}`)
          .join("");
  const run = writeFile(path, to.content ?? { text: "" }, to);
  return { title: `${from === null ? "create" : "write"} ${path}${what}`, run, ...STARTUP };
}

/** A file whose content is not managed: made only if there is still none, since an earlier task may have made it meanwhile. */
function makeEmpty(path: string, to: FileState): Step {
  const { run } = writeStep(path, null, to);
  const set = sh`${giveTo(to, sh`${path}`)}${chmod(to.mode, sh`-- ${path}`)}`;
  return {
    title: `create ${path}, empty (${described(to)})`,
    run: sh`if [ ! -e ${path} ]; then
${run}
else
${set}
fi`,
    ...STARTUP,
  };
}

function linkStep(path: string, { link, ...owners }: LinkState): Step {
  const to = "text" in link ? sh`${link.text}` : sh`"$(printf %s ${link.base64} | base64 -d)"`;
  // Without -n, a link to a folder would be followed and the new one made in it; taken back may be what was never done.
  const run = sh`[ -h ${path} ] || ln -sn -- ${to} ${path}
${giveTo(owners, sh`${path}`, sh`-h --`)}`;
  return { title: `link ${path}`, run, ...STARTUP };
}

/**
 * The steps from one state of a path to another.
 * @param through Remove what a symlink leads to, and not the link.
 */
export function pathSteps(
  path: string,
  from: PathState | null,
  to: PathState | null,
  through: boolean,
): readonly Step[] {
  if (to === null) return from === null ? [] : [removeStep(path, through)];
  if ("link" in to) {
    if (from === null) return [linkStep(path, to)];
    return sameJson(from, to) ? [] : [removeStep(path, false), linkStep(path, to)];
  }
  if (from !== null && "link" in from) return [removeStep(path, false), writeStep(path, null, to)];
  return fileSteps(path, from, to);
}

/** The steps from one state of a file to another. */
export function fileSteps(path: string, from: FileState | null, to: FileState | null): readonly Step[] {
  if (to === null) return from === null ? [] : [removeStep(path, true)];
  if (from === null) return [to.content === undefined ? makeEmpty(path, to) : writeStep(path, null, to)];
  if (to.content !== undefined && !sameJson(from.content, to.content)) return [writeStep(path, from, to)];
  return ownershipSteps(path, from, to);
}
