import { readFileSync } from "node:fs";

/** This program's version, from its package. */
export function version(): string {
  const text = readFileSync(new URL("../../package.json", import.meta.url), "utf8");
  const data: unknown = JSON.parse(text);
  return typeof data === "object" && data !== null && "version" in data ? String(data.version) : "unknown";
}
