import { appendFile, mkdir, readFile } from "node:fs/promises";
import { dirname } from "node:path";
import { keyType } from "./known-hosts.js";

/** Lines of known_hosts for keys of hosts. */
export interface Pin {
  /** The host's name in known_hosts. */
  readonly name: string;
  readonly keys: readonly Buffer[];
}

/** Adds keys to a known_hosts file, which is made where there is none; what it holds stays as it is. */
export async function appendPins(file: string, pins: readonly Pin[]): Promise<void> {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  const present = await readFile(file, "utf8").catch(() => "");
  const lines = pins.flatMap(({ name, keys }) =>
    keys.map((key) => `${name} ${keyType(key)} ${key.toString("base64")}`),
  );
  const before = present === "" || present.endsWith("\n") ? "" : "\n";
  await appendFile(file, `${before}${lines.join("\n")}\n`, { mode: 0o600 });
}
