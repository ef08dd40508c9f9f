import { describe, expect, it } from "vitest";
import type { Executor } from "../resources/harness.js";
import { checkLaws } from "../resources/harness.js";
import { caseFor, caseNames, findKinds } from "../resources/kinds.js";
import { inBox, ranInBox } from "./fleet.js";

/** A client for each owner of the network; the first for cases that do not care. */
const CLIENT = { ifupdown: "client3", networkd: "client2", networkmanager: "client7" } as const;

const on =
  (client: string): Executor =>
  (script) =>
    ranInBox(client, script.sh);

const kinds = (await findKinds()).filter((kind) => caseNames(kind, "systemd").length > 0);

it("has kinds that need a host with systemd", () => {
  expect(kinds.map((kind) => kind.name)).toContain("systemdUnit");
});

describe.each(kinds)("$name", (kind) => {
  it.each(caseNames(kind, "systemd"))("%s", async (name) => {
    const client = CLIENT[caseFor(kind, name, { dir: "/nonexistent" }).owner ?? "ifupdown"];
    const dir = await inBox(client, "mktemp -d");
    try {
      await checkLaws(on(client), caseFor(kind, name, { dir }));
    } finally {
      await on(client)({ sh: `rm -rf ${dir}` });
    }
  });
});
