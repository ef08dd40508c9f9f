import { chmodSync, cpSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { run } from "../../src/lab/system.js";
import type { Ended } from "../resources/harness.js";
import { CLI, ROOT } from "../support/cli.js";
import { ENV } from "./fleet.js";

/** A command that a document tells to type, and the exit status that it says there, 0 where it says none. */
export interface Told {
  readonly line: string;
  readonly exit: number;
}

/** The commands of a document's shell blocks, in their order: lines that begin with `npx surefoot`. */
export function toldBy(document: string, heading = ""): readonly Told[] {
  const text = readFileSync(join(ROOT, document), "utf8");
  const from = text.slice(heading === "" ? 0 : text.indexOf(heading));
  const until = heading === "" ? from.length : from.indexOf("\n## ", 1);
  const blocks = [...from.slice(0, until).matchAll(/```sh\n([\s\S]*?)```/g)].map(([, block]) => block ?? "");
  return blocks
    .flatMap((block) => block.split("\n"))
    .filter((line) => line.startsWith("npx surefoot "))
    .map((line) => ({ line, exit: Number(/#.*?\bexit (\d+)/.exec(line)?.[1] ?? 0) }));
}

/** A folder as it is after cloning, as far as commands need it; `npx` in it stands for this very build. */
export function clone(): string {
  const cwd = mkdtempSync(join(tmpdir(), "surefoot-words-"));
  for (const folder of ["inventories", "playbooks", "templates"]) {
    cpSync(join(ROOT, folder), join(cwd, folder), { recursive: true });
  }
  const npx = join(cwd, "npx");
  writeFileSync(npx, `#!/bin/sh\nshift\nexec '${process.execPath}' '${CLI}' "$@"\n`);
  chmodSync(npx, 0o755);
  return cwd;
}

/** Types a command in such a folder: a shell reads it, comment and all. */
export function type({ line }: Told, cwd: string): Promise<Ended> {
  const env = { ...process.env, ...ENV, PATH: `${cwd}:${process.env.PATH ?? ""}`, NO_COLOR: "1" };
  return run("sh", ["-c", 'cd "$1" && eval "$2"', "sh", cwd, line], { env, timeoutMs: 300_000 });
}
