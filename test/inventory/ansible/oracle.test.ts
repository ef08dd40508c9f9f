import { readFileSync, writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { loadInventory } from "../../../src/inventory/load.js";
import type { Located } from "../../../src/inventory/located.js";
import { isMap } from "../../../src/inventory/located.js";
import type { Json } from "../../../src/model/json.js";
import { canonical } from "../../../src/model/json.js";
import { errorsOf } from "../env.js";
import { inventoryCases, materialise } from "./cases.js";
import type { Answer } from "./oracle.js";
import { askAnsible, parseAnswers } from "./oracle.js";

/** Answers as they were recorded, for machines without Ansible. To record them anew: SUREFOOT_RECORD=1 with this test. */
const RECORDED = new URL("answers.json", import.meta.url);

/** What Ansible lets pass, and we refuse on purpose. */
const STRICTER: Readonly<Record<string, string>> = {};

const cases = inventoryCases();
const sources = Object.fromEntries(cases.map((one) => [one.name, materialise(one)]));
const live = askAnsible(sources);
if (live !== undefined && process.env.SUREFOOT_RECORD === "1") {
  writeFileSync(RECORDED, `${JSON.stringify(live, null, 1)}\n`);
}
const recorded = parseAnswers(readFileSync(RECORDED, "utf8"));
const minor = (version: string): string => version.split(".").slice(0, 2).join(".");

/** A value as the oracle writes it. */
function plain({ value, opaque, secret }: Located): Json {
  const source = secret?.source;
  if (source !== undefined && "vault" in source) return { vault: source.vault };
  if (opaque === "number" || opaque === "python") return { opaque: true };
  if (isMap(value)) return Object.fromEntries([...value].map(([key, one]) => [key, plain(one)]));
  if (typeof value === "object" && value !== null) return value.map(plain);
  return value;
}

async function ours(source: string): Promise<Answer> {
  const inventory = await loadInventory(source);
  const hosts = [...inventory.hosts.values()].map(({ name, vars }): [string, Record<string, Json>] => [
    name,
    Object.fromEntries([...vars].map(([key, one]) => [key, plain(one)])),
  ]);
  const groups = [...inventory.groups.values()].map((group) => [
    group.name,
    { hosts: [...group.hosts].sort(), groups: [...group.children].sort() },
  ]);
  return JSON.parse(canonical({ hosts: Object.fromEntries(hosts), groups: Object.fromEntries(groups) }));
}

describe("inventories are read as Ansible reads them", () => {
  it("has at least sixty of them", () => {
    expect(new Set(cases.map(({ name }) => name)).size).toBe(cases.length);
    expect(cases.length).toBeGreaterThanOrEqual(60);
  });

  it.each(cases)("$name", async ({ name }) => {
    const source = sources[name] ?? "";
    const answer = (live ?? recorded).answers[name];
    if (answer === "refused" || name in STRICTER) {
      const errors = await errorsOf(() => loadInventory(source));
      expect(errors).not.toEqual([]);
      expect(errors.filter(({ hint, place }) => hint === "" || place === undefined)).toEqual([]);
    } else expect(await ours(source)).toEqual(answer);
  });
});

describe("answers that were recorded", () => {
  if (live === undefined) {
    it("LEFT OUT: comparing them with Ansible itself, which is not installed (package ansible-core)", () => {
      expect(Object.keys(recorded.answers)).toHaveLength(cases.length);
    });
  } else if (minor(live.version) !== minor(recorded.version)) {
    it(`LEFT OUT: comparing them with Ansible ${live.version}, since they are from ${recorded.version}`, () => {
      expect(Object.keys(recorded.answers)).toHaveLength(cases.length);
    });
  } else {
    it("are those that Ansible gives", () => expect(live.answers).toEqual(recorded.answers));
  }
});
