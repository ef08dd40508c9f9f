import type { Target } from "../model/target.js";
import { compressNames } from "../report/names.js";
import { fingerprintOf, keyType } from "../transport/known-hosts.js";

/** A host whose keys are new. */
export interface Found {
  readonly target: Target;
  /** Names of the inventory that stand for it. */
  readonly names: readonly string[];
  readonly keys: readonly Buffer[];
}

/** New keys for a person to check: hosts that show the same keys are one paragraph. */
export function scanReport(found: readonly Found[], copied: readonly Found[] = []): string {
  const groups = new Map<string, { readonly names: string[]; readonly keys: readonly Buffer[] }>();
  for (const { names, keys } of found) {
    const id = keys.map((key) => key.toString("base64")).join();
    const group = groups.get(id) ?? { names: [], keys };
    group.names.push(...names);
    groups.set(id, group);
  }
  const lines = [...groups.values()].flatMap(({ names, keys }) => [
    names.length === 1
      ? `new: ${names[0]}`
      : `new: ${compressNames(names)} (${names.length} names, the same keys)`,
    ...keys.map((key) => `  ${fingerprintOf(key)} ${keyType(key)}`),
  ]);
  const names = copied.flatMap((one) => one.names);
  if (names.length > 0) lines.push(`known, and to be copied: ${compressNames(names)}`);
  return `${lines.join("\n")}\n`;
}
