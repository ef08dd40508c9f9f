import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { end, finding, journal, looked } from "../history/simulate.js";
import { surefoot } from "../support/cli.js";
import { folder } from "../support/folder.js";

const RUN = "20260101T100000Z-00000a";
const cwd = folder({
  [`.surefoot/runs/${RUN}.jsonl`]: journal({
    header: { run: RUN, command: "drift" },
    at: "2026-01-01T10:00:00.000Z",
    events: [...looked("client1", "drifted", finding("sysctl a", "0")), ...looked("client2", "in-sync"), end],
  }),
});
const history = (...args: readonly string[]) => surefoot(["history", ...args], { cwd });

it("tells what is on record, for people and for machines", async () => {
  expect(await history()).toEqual({
    exit: 0,
    stderr: "",
    stdout: `2026-01-01 UTC

10:00  drifted: client1
       ~ sysctl a: live is "0", wanted "1"
         looks like somebody's edit
       since 00:00
       run ${RUN}: drift /p.ts -i /inv by me

details: surefoot runs show RUN
`,
  });
  const { stdout } = await history("client[1:2]", "--json");
  expect(JSON.parse(stdout)).toMatchObject({
    run: RUN,
    host: "client1",
    outcome: "drifted",
    what: ["sysctl a"],
  });
  expect((await history("-v")).stdout).toContain("10:00  in sync: client2\n");
});

it("says where nothing is on record", async () => {
  expect((await history("client2")).stdout).toBe(
    "Nothing is recorded of client2 that changed, drifted or failed.\n",
  );
  expect((await history("--since", "1h")).stdout).toContain("since 1h");
  mkdirSync(join(cwd, "none"));
  expect((await history("--state", "none")).exit).toBe(0);
});

const wrong: readonly (readonly [name: string, args: readonly string[], says: string])[] = [
  ["a time that is none", ["--since", "yesterday"], "flag-invalid"],
  ["a pattern that is none", ["client[1"], "pattern-invalid"],
  ["a limit that is no number", ["--limit", "client1"], "whole number"],
  ["a flag that does not exist", ["--until", "1d"], "unknown option"],
];
it.each(wrong)("refuses %s", async (_name, args, says) => {
  const ran = await history(...args);
  expect([ran.exit, ran.stdout]).toEqual([3, ""]);
  expect(ran.stderr).toContain(says);
});

it("refuses a folder of journals that is none", async () => {
  writeFileSync(join(cwd, "none", "runs"), "");
  const ran = await history("--state", "none");
  expect(ran.exit).toBe(3);
  expect(ran.stderr).toContain("run-unknown");
});

it.each([
  ["history", []],
  ["runs", ["list"]],
  ["runs", ["prune", "--keep", "90d", "--dry-run"]],
])(
  "says that a folder of records is not there, instead of that nothing happened: %s %j",
  async (command, more) => {
    const ran = await surefoot([command, ...more, "--state", "recrods"], { cwd });
    expect(ran).toMatchObject({ exit: 3, stdout: "" });
    expect(ran.stderr).toMatch(/--state recrods: no runs are recorded there.*hint: Look for a typing error/s);
    // The usual folder comes with the first run.
    expect((await surefoot([command, ...more], { cwd: folder({}) })).exit).toBe(0);
  },
);
