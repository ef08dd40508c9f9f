import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { idAt } from "../../src/journal/folder.js";
import type { JournalHeader } from "../../src/journal/header.js";
import type { EventBody, Outcome } from "../../src/model/event.js";
import { emptyTally } from "../../src/model/event.js";
import { ended, finding, journal, looked } from "../history/simulate.js";
import { folder } from "../support/folder.js";

/** A state folder that is filled for a test. */
export class State {
  readonly dir = folder({ "runs/.keep": "" });
  #made = 0;

  /** Writes the journal of a run that began then; gives the run's id. */
  run(at: string, header: Partial<JournalHeader>, events: readonly EventBody[]): string {
    const run = `${idAt(new Date(at))}-${(++this.#made).toString(16).padStart(6, "0")}`;
    this.write(run, journal({ header: { run, ...header }, at, events }));
    return run;
  }

  write(run: string, text: string): void {
    mkdirSync(join(this.dir, "runs"), { recursive: true });
    writeFileSync(this.file(run), text);
  }

  file(run: string): string {
    return join(this.dir, "runs", `${run}.jsonl`);
  }

  /** A look at hosts, by what is found on each; with `fix` also its correction. Gives the runs' ids. */
  look(at: string, found: Readonly<Record<string, readonly string[]>>, fix = false): readonly string[] {
    const hosts = Object.keys(found).length;
    const drifted = Object.entries(found).filter(([, titles]) => titles.length > 0);
    const seen = Object.entries(found).flatMap(([host, titles]) =>
      looked(
        host,
        titles.length > 0 ? "drifted" : "in-sync",
        ...titles.map((title) => finding(title, "0", { since: at })),
      ),
    );
    const look = this.run(at, { command: "drift" }, [start("drift", hosts), ...seen, finish()]);
    if (!fix || drifted.length === 0) return [look];
    const corrected = drifted.map(([host]) => ended(host, "changed"));
    const later = new Date(Date.parse(at) + 20_000).toISOString();
    return [
      look,
      this.run(later, { command: "drift", of: look }, [
        start("drift", drifted.length),
        ...corrected,
        finish(),
      ]),
    ];
  }
}

/** A run begins. */
export const start = (command: string, hosts: number): EventBody => ({
  type: "run-started",
  v: 1,
  run: "r",
  command,
  playbook: "p.ts",
  inventory: "inv",
  hosts,
});

/** A run ends. */
export const finish = (ms = 1_500, exitCode = 0): EventBody => ({
  type: "run-finished",
  run: "r",
  tally: emptyTally(),
  exitCode,
  ms,
});

/** A host that ends badly, with an error. */
export const failing = (host: string, outcome: Outcome): EventBody => ({
  type: "host-finished",
  host,
  outcome,
  ms: 1,
  error: {
    code: outcome === "unreachable" ? "connect-timeout" : "step-failed",
    message: outcome === "unreachable" ? "no login within 30 s" : "a step failed with exit 1",
    place: { host, at: "write /etc/x" },
    hint: "Look at the host.",
  },
});
