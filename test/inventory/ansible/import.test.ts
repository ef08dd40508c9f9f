import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { CONNECTION_VARIABLES } from "../../../src/inventory/ansible/connection.js";
import type { Inventory } from "../../../src/inventory/host.js";
import { importInventory } from "../../../src/inventory/import.js";
import { loadInventory } from "../../../src/inventory/load.js";
import { opaqueIn, secretIn, toPlain } from "../../../src/inventory/located.js";
import { SurefootError, SurefootErrors } from "../../../src/model/error.js";
import { inventoryCases, materialise } from "./cases.js";

/** Names that hosts.yml does not know, or that are a host's and a group's at once. */
const INEXPRESSIBLE = [
  "a host named like a group",
  "a script without _meta",
  "names with unusual characters",
  "ports",
  "ports and ranges",
];

/** What Ansible accepts of the cases; what it refuses there is nothing to import. */
async function readable(): Promise<ReadonlyMap<string, Inventory>> {
  const loaded = new Map<string, Inventory>();
  for (const one of inventoryCases()) {
    try {
      loaded.set(one.name, await loadInventory(materialise(one)));
    } catch (thrown) {
      if (!(thrown instanceof SurefootError || thrown instanceof SurefootErrors)) throw thrown;
    }
  }
  return loaded;
}

const inventories = await readable();

/** Hosts with their variables and ways, as far as our form has them. */
function content(inventory: Inventory): unknown {
  return Object.fromEntries(
    [...inventory.hosts.values()].map(({ name, groups, vars, target }) => {
      const { local: _local, ...way } = target;
      const kept = [...vars].filter(
        ([key, one]) =>
          !CONNECTION_VARIABLES.has(key) &&
          !["ssh", "become"].includes(key) &&
          opaqueIn(one) === undefined &&
          secretIn(one) === undefined &&
          !JSON.stringify(toPlain(one)).includes("\\u0000"),
      );
      const plain = Object.fromEntries(kept.map(([key, one]) => [key, toPlain(one)]));
      return [name, { groups: groups.filter((group) => group !== "ungrouped").sort(), plain, way }];
    }),
  );
}

describe("inventory import", () => {
  it("has something to import", () => expect(inventories.size).toBeGreaterThan(60));

  it.each([...inventories])("%s: our form has the same hosts, variables and ways", async (name, theirs) => {
    const { files, errors } = importInventory(theirs);
    expect(errors.length > 0).toBe(INEXPRESSIBLE.includes(name));
    if (errors.length > 0) return;
    const dir = mkdtempSync(join(tmpdir(), "surefoot-import-"));
    for (const [path, text] of files) {
      mkdirSync(dirname(join(dir, path)), { recursive: true });
      writeFileSync(join(dir, path), text);
    }
    const imported = await loadInventory(dir);
    expect(imported.dialect).toBe("surefoot");
    expect(content(imported)).toEqual(content(theirs));
  });
});
