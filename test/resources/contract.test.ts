import { describe, expect, it } from "vitest";
import type { Environment } from "./environments.js";
import { netnsEnvironment, netnsRefusal, shellEnvironment } from "./environments.js";
import { checkLaws } from "./harness.js";
import { leftOut } from "./in-netns.js";
import type { Kind } from "./kinds.js";
import { allCases, caseFor, caseNames, findKinds } from "./kinds.js";

const found = await findKinds();
const refusal = netnsRefusal();

async function lawsHold(kind: Kind, name: string, make: () => Promise<Environment>): Promise<void> {
  const environment = await make();
  try {
    await checkLaws(environment.run, caseFor(kind, name, environment.sandbox));
  } finally {
    await environment.dispose();
  }
}

it("finds the kinds", () => {
  expect(found.map((kind) => kind.name)).toEqual(expect.arrayContaining(["file", "route", "sysctl"]));
});

describe.each(found.map((kind) => ({ kind, name: kind.name })))("$name", ({ kind }) => {
  it("has a factory, and cases of its own kind for every one", () => {
    expect(kind.kinds).not.toEqual([]);
    expect(kind.cases, `test/resources/${kind.name}.cases.ts must export \`cases\``).toBeDefined();
    const covered = new Set(allCases(kind).map((one) => one.task.resource.kind));
    expect([...covered].sort()).toEqual([...kind.kinds].sort());
  });

  it("names its cases differently", () => {
    const names = allCases(kind).map((one) => one.name);
    expect(names).toEqual([...new Set(names)]);
  });

  for (const name of caseNames(kind, "shell")) {
    it(name, () => lawsHold(kind, name, shellEnvironment));
  }

  const netns = caseNames(kind, "netns");
  if (refusal === undefined) {
    for (const name of netns) it(name, () => lawsHold(kind, name, netnsEnvironment));
  } else if (netns.length > 0) {
    leftOut(netns.join("; "), refusal);
  }
});
