import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import type { Ran } from "../support/cli.js";
import { eventsOf, surefoot } from "../support/cli.js";
import { ENV, INVENTORY, inBox, outcomes } from "./fleet.js";

const DIR = mkdtempSync(join(tmpdir(), "surefoot-handlers-"));
const STATE = join(DIR, "state");
const PLAYBOOK = join(DIR, "playbook.ts");
const ON = [PLAYBOOK, "-i", INVENTORY, "--limit", "client[1:2]"] as const;

writeFileSync(
  PLAYBOOK,
  `import { command, file, playbook, z } from "surefoot";
export default playbook({
  name: "handlers",
  hosts: "clients",
  vars: z.object({}),
  rollout: { waves: [1], budget: 1 },
  handlers: () => ({
    "read it again": command({ run: "sleep 2; cat /etc/sf-h >> /run/sf-h", always: true }),
  }),
  tasks: () => [file({ path: "/etc/sf-h", content: "new\\n" }, { notify: "read it again" })],
});
`,
);

const cli = (...args: readonly string[]): Promise<Ran> => surefoot([...args, "--state", STATE], { env: ENV });
const readings = (host: string): Promise<string> => inBox(host, "cat /run/sf-h 2>/dev/null; true");

afterAll(async () => {
  await Promise.all(["client1", "client2"].map((host) => inBox(host, "rm -f /etc/sf-h /run/sf-h")));
});

it("runs on resume the handler that a killed controller left owed, and tells the whole story", async () => {
  const planned = await surefoot(["plan", ...ON], { env: ENV });
  expect(planned.stdout).toContain("? read it again: runs once file /etc/sf-h has changed");
  expect(planned.stdout).toContain("wave 1 of 2: 1 host: client1\nwave 2 of 2: 1 host: client2\n");
  let killed = false;
  const ran = await surefoot(["run", ...ON, "--json", "--yes", "--state", STATE], {
    env: ENV,
    watch: (told, kill) => {
      // The file is there and read again, the handler has not begun.
      const between = told.includes('"phase":"verify"') || told.includes('"step":"run sleep 2');
      if (between && !killed) kill("SIGKILL");
      killed ||= between;
    },
  });
  expect(ran.exit).toBe(null);
  const started = eventsOf(ran).find((event) => event.type === "run-started");
  const run = started?.type === "run-started" ? started.run : "";
  // A line that told of a step may be lost with the controller.
  expect((await cli("runs", "show", run)).stdout).toMatch(
    /client1: was in flight \(\w+\); (no|1) step had ended; handlers that still have to run: read it again/,
  );
  await inBox("client1", "pkill -f '^sleep 2$'; rm -f /run/sf-h; true");
  expect(await inBox("client1", "cat /etc/sf-h")).toBe("new");
  const anew = await cli("run", ...ON, "--limit", "client1", "--yes");
  expect(anew.stderr).toContain(
    `run ${run} was cut short and still owes handlers: "read it again" on client1`,
  );
  expect(await readings("client1")).toBe("");
  const again = await cli("runs", "resume", run, "--yes", "--json");
  expect(outcomes(again)).toEqual({ client1: "changed", client2: "changed" });
  expect(await Promise.all(["client1", "client2"].map(readings))).toEqual(["new", "new"]);
  const story = (await cli("runs", "show", run)).stdout;
  expect(story).toContain("gone on with by");
  expect(story).toContain("~ file /etc/sf-h".replace("~", "+"));
  expect(story).toContain("read it again");
  expect(story).not.toContain("still have to run");
  expect((await cli("runs", "resume", run, "--yes")).stderr).toContain("nothing to go on with");
});

it("runs the handler for what a rollback brings back, and does not resume what was taken back", async () => {
  await inBox("client1", "echo old > /etc/sf-h");
  const ran = await cli("run", ...ON, "--limit", "client1", "--json", "--yes");
  expect(ran.exit).toBe(0);
  const back = await cli("rollback", "last", "--yes", "--json");
  expect(back.exit).toBe(0);
  expect((await readings("client1")).split("\n").slice(-2)).toEqual(["new", "old"]);
  const started = eventsOf(ran).find((event) => event.type === "run-started");
  const run = started?.type === "run-started" ? started.run : "";
  const refused = await cli("runs", "resume", run, "--yes");
  expect(refused.exit).toBe(3);
  expect(refused.stderr).toContain(`run ${run} was taken back meanwhile, by run `);
  expect((await cli("runs", "resume", run, "--yes", "--changed-ok")).exit).toBe(0);
});
