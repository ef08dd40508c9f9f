import { resolve } from "node:path";
import pLimit from "p-limit";
import { loadInventory } from "../inventory/load.js";
import { selectHosts } from "../inventory/pattern.js";
import type { ErrorData } from "../model/error.js";
import { SurefootError, SurefootErrors } from "../model/error.js";
import { EXIT } from "../model/exit.js";
import type { Target } from "../model/target.js";
import { formatErrors } from "../report/errors.js";
import { hostNameOf } from "../transport/known-hosts.js";
import { appendPins } from "../transport/pinned-file.js";
import { judgeScan, scanHost } from "../transport/scan.js";
import type { SshTransport } from "../transport/ssh.js";
import { sshTransport } from "../transport/ssh.js";
import { hostKeyError } from "../transport/ssh-errors.js";
import { asker, askForVaults, canAsk, confirm } from "./ask.js";
import { useColor, warn } from "./failure.js";
import { onInterrupt } from "./interrupt.js";
import type { Found } from "./scan-report.js";
import { scanReport } from "./scan-report.js";
import { gatherSubjects, nextSubjects } from "./scan-subjects.js";

/** Flags of `surefoot hosts scan`. */
export interface ScanFlags {
  readonly inventory: string;
  readonly limit?: string;
  readonly extraVar: readonly string[];
  readonly vaultPasswordFile: readonly string[];
  readonly out?: string;
  readonly forks: number;
  readonly yes?: true;
}

/**
 * Gathers keys and pins the new ones. Hosts behind a jump host whose key is new come after it: asking it for the way means to log in
 * there, and no unknown key is accepted for that. Gives the exit code.
 */
export async function scanFleet(flags: ScanFlags): Promise<number> {
  askForVaults(flags.vaultPasswordFile);
  const inventory = await loadInventory(flags.inventory, { extraVars: flags.extraVar });
  await warn(inventory.warnings);
  const hosts = selectHosts(inventory, "all", flags.limit);
  const problems = hosts.flatMap((host) => host.problems);
  if (problems.length > 0) throw new SurefootErrors(problems);
  const out = flags.out === undefined ? undefined : resolve(flags.out);
  const interruption = onInterrupt(
    (text) => process.stderr.write(text),
    () => 0,
  );
  const ask = asker({});
  const transport = sshTransport({
    resolveJump: (name) => inventory.hosts.get(name)?.target,
    warn: (message) => process.stderr.write(`warning: ${message}\n`),
    ...(out === undefined ? {} : { alsoKnown: [out] }),
    ...(ask === undefined ? {} : { ask }),
  });
  const errors: ErrorData[] = [];
  let pending = false;
  let known = 0;
  try {
    const subjects = await gatherSubjects(
      transport,
      hosts.map((host) => host.target),
    );
    const done = new Set<string>();
    for (;;) {
      const layer = nextSubjects(subjects, done);
      if (layer.length === 0 || interruption.stop.aborted) break;
      const limit = pLimit(flags.forks);
      const found = await limit.map([...layer], (subject) =>
        look(transport, subject.target, out, interruption.stop),
      );
      const fresh: Found[] = [];
      const copied: Found[] = [];
      layer.forEach((subject, i) => {
        const result = found[i];
        if (result === undefined) return;
        if ("error" in result) errors.push(result.error);
        else if (result.verdict === "new") fresh.push({ ...result, names: subject.names });
        else {
          known++;
          if (out !== undefined && !result.pinned) copied.push({ ...result, names: subject.names });
        }
        if (!("error" in result) && result.verdict === "known") done.add(subject.id);
        subjects.delete(subject.id);
      });
      if (fresh.length + copied.length === 0) continue;
      process.stdout.write(scanReport(fresh, copied));
      if (!(await accepted(flags))) {
        pending = true;
        continue;
      }
      await write([...fresh, ...copied], out);
      transport.forgetKnownHosts();
      for (const { target } of fresh)
        for (const subject of layer) if (subject.target === target) done.add(subject.id);
    }
    if (errors.length > 0) process.stderr.write(formatErrors(errors, useColor(process.stderr)));
    if (subjects.size > 0 && !interruption.stop.aborted)
      process.stdout.write(`not asked, as a jump host before them is not known: ${subjects.size}\n`);
    process.stdout.write(`known already: ${known}\n`);
    if (interruption.stop.aborted) return EXIT.interrupted;
    if (errors.length > 0) return EXIT.unreachable;
    return pending || subjects.size > 0 ? EXIT.pending : EXIT.converged;
  } finally {
    interruption.dispose();
    await transport.close();
  }
}

async function accepted(flags: ScanFlags): Promise<boolean> {
  if (flags.yes === true) return true;
  if (canAsk()) return confirm("Write these keys as the hosts' own?");
  process.stderr.write(
    "Nothing was written: there is nobody to ask. Add --yes once the fingerprints are checked.\n",
  );
  return false;
}

type Looked =
  | {
      readonly target: Target;
      readonly verdict: "known" | "new";
      readonly keys: readonly Buffer[];
      /** Whether the file given by --out has them already. */
      readonly pinned: boolean;
    }
  | { readonly error: ErrorData };

async function look(
  transport: SshTransport,
  target: Target,
  out: string | undefined,
  signal: AbortSignal,
): Promise<Looked> {
  try {
    const keys = await scanHost(transport, target, signal);
    const entries = await transport.knownKeys(target);
    const verdict = judgeScan(entries, keys);
    if (verdict === "new") return { target, verdict, keys, pinned: false };
    if (verdict === "known") {
      const known = keys.filter((key) => entries.some((entry) => entry.key.equals(key)));
      return { target, verdict, keys: known, pinned: await isPinned(transport, target, out) };
    }
    const types = [...new Set(entries.map((entry) => entry.type))];
    const blob = keys.find((key) => judgeScan(entries, [key]) === verdict) ?? Buffer.alloc(0);
    return { error: hostKeyError(target, { verdict, knownTypes: types }, blob) };
  } catch (thrown) {
    if (thrown instanceof SurefootError) return { error: thrown.data };
    throw thrown;
  }
}

/** Whether a known_hosts file speaks of a host. */
async function isPinned(transport: SshTransport, target: Target, file: string | undefined): Promise<boolean> {
  if (file === undefined) return true;
  return (await transport.knownKeys({ ...target, knownHostsFiles: [file] })).length > 0;
}

/** Writes new keys to the file given, or to each host's own. */
async function write(found: readonly Found[], out: string | undefined): Promise<void> {
  const files = new Map<string, Found[]>();
  for (const one of found) {
    const file = out ?? one.target.knownHostsFiles[0];
    if (file !== undefined) files.set(file, [...(files.get(file) ?? []), one]);
  }
  for (const [file, ones] of files) {
    await appendPins(
      file,
      ones.map(({ target, keys }) => ({ name: hostNameOf(target).name, keys })),
    );
    process.stdout.write(`wrote ${file}: ${ones.length}\n`);
  }
}
