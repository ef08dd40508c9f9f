import { describe, expect, it } from "vitest";
import type { Executor } from "../resources/harness.js";
import { checkLaws } from "../resources/harness.js";
import { caseFor, caseNames, findKinds } from "../resources/kinds.js";
import { surefoot } from "../support/cli.js";
import { ENV, inBox } from "./fleet.js";

const CLIENT = "client3";

const run: Executor = async (script) => {
  const ran = await surefoot(["lab", "exec", CLIENT, "--", "sh", "-c", script.sh], { env: ENV });
  return { exit: ran.exit ?? 255, stdout: ran.stdout, stderr: ran.stderr };
};

const kinds = (await findKinds()).filter((kind) => caseNames(kind, "systemd").length > 0);

it("has kinds that need a host with systemd", () => {
  expect(kinds.map((kind) => kind.name)).toContain("systemdUnit");
});

describe.each(kinds)("$name", (kind) => {
  it.each(caseNames(kind, "systemd"))("%s", async (name) => {
    const dir = await inBox(CLIENT, "mktemp -d");
    try {
      await checkLaws(run, caseFor(kind, name, { dir }));
    } finally {
      await run({ sh: `rm -rf ${dir}` });
    }
  });
});
