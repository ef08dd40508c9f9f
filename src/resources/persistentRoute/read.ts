import type { KeptFile } from "./state.js";

/** What `detailProbe` read. */
export interface Details {
  readonly files: ReadonlyMap<string, KeptFile | null>;
  readonly folders: readonly string[];
  /** Lines about routes in other drop-ins, with file and line. */
  readonly others: readonly string[];
  /** Whether systemd runs the host. */
  readonly systemd: boolean;
  readonly keeper: { readonly enabled: boolean; readonly active: boolean };
  readonly routes: readonly string[];
}

/** Reads the output of `detailProbe`. */
export function readDetails(output: string): Details {
  const files = new Map<string, KeptFile | null>();
  const found: Record<"dir" | "other" | "unit" | "nm", string[]> = { dir: [], other: [], unit: [], nm: [] };
  for (const line of output.split("\n")) {
    const at = line.indexOf(" ");
    const [word, rest] = [line.slice(0, at), line.slice(at + 1)];
    if (word === "file") {
      // A path may hold spaces; mode and base64 do not.
      const [, path = "", mode = "", content = ""] = /^(.*) (\d+) (\S*)$/.exec(rest) ?? [];
      files.set(path, { mode: mode.padStart(4, "0"), text: Buffer.from(content, "base64").toString("utf8") });
    } else if (word === "absent") files.set(rest, null);
    else if (word === "dir" || word === "other" || word === "unit" || word === "nm") found[word].push(rest);
  }
  return {
    files,
    folders: found.dir,
    others: found.other,
    systemd: !found.unit.includes("NoSystemd=yes"),
    keeper: {
      enabled: found.unit.includes("UnitFileState=enabled"),
      active: found.unit.some((line) => /^ActiveState=(active|reloading)$/.test(line)),
    },
    routes: found.nm.flatMap((line) => line.split(", ")).filter((route) => route !== ""),
  };
}
