import { expect, it } from "vitest";
import { gatherEntries } from "../../src/history/entries.js";
import type { HostGroup, RunRecord } from "../../src/history/record.js";
import { showEntries } from "../../src/history/show.js";
import { width } from "../../src/report/text.js";
import { stream } from "./simulate.js";

const base = {
  who: { user: "ops", host: "bastion", pid: 1 },
  playbook: "/srv/playbooks/ecmp.ts",
  inventory: "/srv/inventories/lab",
  quiet: { inSync: 0, skipped: 0 },
};
const sysctl = (title: string): HostGroup["things"][number] => ({
  title,
  kind: "sysctl",
  how: "change",
  fields: [{ field: "live", wanted: '"1"', found: '"0"' }],
});
const drift: HostGroup = {
  command: "drift",
  end: "drifted",
  things: [
    {
      ...sysctl("sysctl net.ipv4.ip_forward"),
      looksLike: "somebody's `sysctl -w`, or a tool: it was set live only",
    },
  ],
  since: "2025-12-31T09:00:01.000Z",
  hosts: [
    ["client1", 2],
    ["client2", 3],
  ],
};
const fixed: HostGroup = {
  command: "drift",
  end: "changed",
  things: [sysctl("sysctl net.ipv4.ip_forward")],
  hosts: drift.hosts,
};
const failed: HostGroup = {
  command: "run",
  end: "failed",
  things: [{ title: "file /etc/x", kind: "file", how: "add", fields: [] }],
  error: { code: "step-failed", message: "a step failed with exit 1: \u001b[2J" },
  hosts: [["db1", 1]],
};
const RECORDS: readonly RunRecord[] = [
  {
    ...base,
    run: "r4",
    at: "2026-01-02T10:15:30.000Z",
    command: "drift",
    of: "r3",
    schedule: "nightly",
    groups: [fixed],
  },
  {
    ...base,
    run: "r3",
    at: "2026-01-02T10:15:00.000Z",
    command: "drift",
    schedule: "nightly",
    groups: [drift],
  },
  {
    ...base,
    run: "r2",
    at: "2026-01-02T10:00:00.000Z",
    command: "drift",
    schedule: "nightly",
    groups: [drift],
  },
  {
    ...base,
    run: "r1",
    at: "2026-01-01T08:00:00.000Z",
    command: "run",
    groups: [failed, { ...fixed, command: "run", end: "open", hosts: [["db2", 0]] }],
  },
];

async function shown(columns: number, running = false): Promise<string> {
  const { entries } = await gatherEntries(() => stream(RECORDS), {});
  return showEntries(entries, {
    paint: (_style, text) => text,
    columns,
    path: (path) => path.replace("/srv/", ""),
    runs: () => running,
  });
}

it("tells who did what, when and why, by day", async () => {
  expect(await shown(80)).toBe(`2026-01-02 UTC

10:15  2 hosts corrected: client[1:2]
       ~ sysctl net.ipv4.ip_forward: live: "0" -> "1"
       run r4: drift --fix playbooks/ecmp.ts -i inventories/lab by schedule
         nightly

10:15  2 hosts drifted: client[1:2]
       ~ sysctl net.ipv4.ip_forward: live is "0", wanted "1"
         looks like somebody's \`sysctl -w\`, or a tool: it was set live only
       seen 2 times, since 2025-12-31 09:00
       run r3: drift playbooks/ecmp.ts -i inventories/lab by schedule nightly

2026-01-01 UTC

08:00  failed: db1
       + file /etc/x
       step-failed: a step failed with exit 1: \\x1b[2J
       run r1: run playbooks/ecmp.ts -i inventories/lab by ops

08:00  cut short: db2
       ~ sysctl net.ipv4.ip_forward: live: "0" -> "1"
       run r1: run playbooks/ecmp.ts -i inventories/lab by ops
`);
});

it("keeps to the columns that there are", async () => {
  for (const line of (await shown(60)).split("\n")) expect(width(line)).toBeLessThanOrEqual(60);
});

it("tells what is being changed from what was cut short", async () => {
  expect(await shown(80, true)).toContain("08:00  being changed: db2\n");
});
