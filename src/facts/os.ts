import { sh } from "../model/sh.js";
import type { Fact } from "./fact.js";

/** The operating system as os-release(5) names it; fields that it does not give are absent. */
export interface OsFact {
  /** `debian`, `ubuntu`, `rhel`; `linux` where it is not said. */
  readonly id: string;
  /** Systems that it derives from, nearest first. */
  readonly idLike: readonly string[];
  /** `12`, `24.04`. */
  readonly versionId?: string;
  readonly codename?: string;
  /** For people: `Debian GNU/Linux 12 (bookworm)`. */
  readonly name: string;
}

/** The operating system, from /etc/os-release or /usr/lib/os-release. */
export const os: Fact<OsFact> = {
  scripts: [sh`cat /etc/os-release 2>/dev/null || cat /usr/lib/os-release 2>/dev/null || :`],
  parse: ([output = ""]) => {
    const fields = new Map(
      output.split("\n").flatMap((line) => {
        const [, key, value] = /^\s*([A-Z0-9_]+)=(.*)$/.exec(line) ?? [];
        return key === undefined || value === undefined ? [] : [[key, unquote(value.trim())] as const];
      }),
    );
    const version = fields.get("VERSION_ID");
    const codename = fields.get("VERSION_CODENAME");
    return {
      id: fields.get("ID") ?? "linux",
      idLike: (fields.get("ID_LIKE") ?? "").split(/\s+/).filter((id) => id !== ""),
      ...(version === undefined ? {} : { versionId: version }),
      ...(codename === undefined ? {} : { codename }),
      name: fields.get("PRETTY_NAME") ?? fields.get("NAME") ?? "Linux",
    };
  },
};

/** Values are quoted as in a shell, without substitutions (os-release(5)). */
function unquote(value: string): string {
  const inner = /^(["'])(.*)\1$/.exec(value)?.[2] ?? value;
  return inner.replace(/\\(.)/g, "$1");
}
