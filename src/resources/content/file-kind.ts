import type { Resource } from "../../model/resource.js";
import type { Accounts, Ownership } from "./stat.js";
import type { FileState, PathState, Reading } from "./state.js";
import { encode, fileProbe, foreseeFile, parsePath } from "./state.js";
import { pathSteps } from "./steps.js";

/** Mode and owners as a task names them. */
export interface WantedOwnership extends Accounts {
  readonly mode?: string | undefined;
}

/** What kinds that manage one regular file know of it. */
export interface FileParams extends WantedOwnership {
  readonly path: string;
  readonly content?: string | Uint8Array | undefined;
  readonly state: "present" | "absent";
  readonly sensitive: boolean;
}

/** Mode and owners: what is named, else what is there, else the mode given. */
export function wantedOwnership(p: WantedOwnership, actual: Ownership | null, fresh: string): Ownership {
  const mode = p.mode ?? actual?.mode ?? fresh;
  const owner = p.owner ?? actual?.owner;
  const group = p.group ?? actual?.group;
  return { mode, ...(owner === undefined ? {} : { owner }), ...(group === undefined ? {} : { group }) };
}

/** The file that is wanted: what is not named is as it is, or of mode 0644 for a new one. */
export function wantedFile(
  p: WantedOwnership & Pick<FileParams, "content">,
  actual: FileState | null,
): FileState {
  const content = p.content === undefined ? actual?.content : encode(Buffer.from(p.content));
  return { ...(content === undefined ? {} : { content }), ...wantedOwnership(p, actual, "0644") };
}

/**
 * How a path is read: a file that shall be there is what a symlink leads to; one that shall not be there is the link itself, whose
 * target may be another's. Content is not read where it is not managed.
 */
function readingOf(p: FileParams): Reading {
  const absent = p.state === "absent";
  return { follow: !absent, content: absent || p.content !== undefined };
}

/** A kind whose thing is one regular file. */
export function fileKind<K extends string, P extends FileParams>(kind: K): Resource<K, P, PathState> {
  return {
    kind,
    key: (p) => p.path,
    probe: (p) => [fileProbe(p.path, readingOf(p))],
    parse: ([output = ""], p) => parsePath(output, readingOf(p), p),
    target: (p, actual) => {
      if (p.state === "absent") return null;
      return wantedFile(p, actual !== null && "link" in actual ? null : actual);
    },
    steps: (from, to, p) => pathSteps(p.path, from, to, p.state === "present"),
    foresee: ([output = ""], to) => {
      const foreseen = "link" in to ? undefined : foreseeFile(output, to);
      return foreseen === undefined ? undefined : [foreseen];
    },
    sensitive: (p) => p.sensitive,
  };
}
