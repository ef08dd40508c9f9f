import { mkdtempSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { journalFile } from "../../src/journal/folder.js";
import type { JournalSink } from "../../src/journal/write.js";
import { Journal, openJournal } from "../../src/journal/write.js";
import { at, changing, header } from "./simulate.js";

const started = (host: string) => at({ type: "step-started", host, task: "t", step: "s" });

/** A disk that says what was asked of it, each sync taking a turn of the clock. */
function disk(more: Partial<JournalSink> = {}) {
  const seen = { text: "", syncs: 0, synced: "" };
  const sink: JournalSink = {
    append: async (text) => {
      seen.text += text;
    },
    sync: async () => {
      const { text } = seen;
      await new Promise((resolve) => setTimeout(resolve, 5));
      seen.syncs++;
      seen.synced = text;
    },
    close: async () => undefined,
    ...more,
  };
  return { seen, sink };
}

it("has what was recorded on disk when it says so, and lets fifty hosts share few syncs", async () => {
  const { seen, sink } = disk();
  const journal = new Journal("j", sink, "start\n");
  await Promise.all(
    Array.from({ length: 50 }, async (_, i) => {
      // Hosts come one after the other, as they do.
      await new Promise((resolve) => setTimeout(resolve, i % 10));
      journal.record(started(`h${i}`));
      await journal.recorded();
      expect(seen.synced).toContain(`"h${i}"`);
    }),
  );
  expect(seen.syncs).toBeLessThan(15);
  await journal.close();
  expect(seen.text.split("\n")).toHaveLength(52);
});

it("says that the disk is full before a host is touched, and goes on saying so", async () => {
  const full = Object.assign(new Error("ENOSPC: no space left on device"), { code: "ENOSPC" });
  const { sink } = disk({ append: () => Promise.reject(full) });
  const journal = new Journal("j", sink, "start\n");
  journal.record(started("h"));
  await expect(journal.recorded()).rejects.toMatchObject({ data: { code: "journal-failed" } });
  expect(journal.failed.aborted).toBe(true);
  await expect(journal.recorded()).rejects.toMatchObject({ data: { code: "journal-failed" } });
  await journal.close();
  expect(journal.error?.data.message).toContain("ENOSPC");
});

it("keeps no state of what is in sync", async () => {
  const { seen, sink } = disk();
  const journal = new Journal("j", sink, "");
  const idle = { ...changing("a", { text: "idle" }, { text: "idle" }), status: "in-sync" as const };
  const plan = { host: "h", tasks: [idle, changing("b", { text: "old" }, { text: "new" })] };
  journal.record(at({ type: "host-planned", host: "h", plan }));
  await journal.close();
  expect(seen.text).not.toContain("idle");
  expect(seen.text).toContain("old");
});

it("makes a file for its owner only, never writes over one, and goes on behind a line that was cut off", async () => {
  const state = mkdtempSync(join(tmpdir(), "surefoot-state-"));
  const file = journalFile(state, "r1");
  await (await openJournal(state, header(), "new")).close();
  expect(statSync(file).mode & 0o777).toBe(0o600);
  await expect(openJournal(state, header(), "new")).rejects.toMatchObject({
    data: { code: "journal-failed" },
  });
  writeFileSync(file, '{"type":"host-ph', { flag: "a" });
  await (await openJournal(state, header({ command: "resume" }), "again")).close();
  const lines = readFileSync(file, "utf8").trimEnd().split("\n");
  expect(lines.map((line) => line.slice(0, 16))).toEqual([
    '{"type":"journal',
    '{"type":"host-ph',
    '{"type":"journal',
  ]);
});
