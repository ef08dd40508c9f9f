import type { Resource } from "../../model/resource.js";
import type { FileState, Ownership } from "./state.js";
import { encode, fileProbe, parseFile } from "./state.js";
import { fileSteps } from "./steps.js";

/** What kinds that manage one regular file know of it. */
export interface FileParams {
  readonly path: string;
  readonly content?: string | Uint8Array | undefined;
  readonly mode?: string | undefined;
  readonly owner?: string | undefined;
  readonly group?: string | undefined;
  readonly state: "present" | "absent";
  readonly sensitive: boolean;
}

/** Mode and owners that are named. */
export function namedOwnership(p: Pick<FileParams, "mode" | "owner" | "group">): Ownership {
  return {
    ...(p.mode === undefined ? {} : { mode: p.mode }),
    ...(p.owner === undefined ? {} : { owner: p.owner }),
    ...(p.group === undefined ? {} : { group: p.group }),
  };
}

/** The file that is wanted: what is not named is as it is, or text of mode 0644 for a new one. */
export function wantedFile(p: Omit<FileParams, "state" | "sensitive">, actual: FileState | null): FileState {
  const fresh: FileState = { content: "", encoding: "utf8", mode: "0644" };
  const content = p.content === undefined ? {} : encode(Buffer.from(p.content));
  return { ...(actual ?? fresh), ...content, ...namedOwnership(p) };
}

/** A kind whose thing is one regular file. */
export function fileKind<K extends string, P extends FileParams>(kind: K): Resource<K, P, FileState> {
  return {
    kind,
    key: (p) => p.path,
    probe: (p) => [fileProbe(p.path)],
    parse: ([output = ""], p) => parseFile(output, p.path),
    target: (p, actual) => (p.state === "absent" ? null : wantedFile(p, actual)),
    steps: (from, to, p) => fileSteps(p.path, from, to),
    sensitive: (p) => p.sensitive,
  };
}
