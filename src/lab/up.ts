import { existsSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { SurefootError } from "../model/error.js";
import { ensureBase } from "./base.js";
import type { ClientSpec } from "./client.js";
import {
  leaderOf,
  ownerOf,
  removeClient,
  startClient,
  supervisorOf,
  variantOf,
  writeClient,
} from "./client.js";
import { tearDown } from "./down.js";
import { entry } from "./exec.js";
import { faultsInForce, showFault } from "./fault.js";
import { writeInventory } from "./inventory.js";
import { ensureKeys } from "./keys.js";
import type { LabPaths, NetworkOwner, Variant } from "./names.js";
import { clientAddress, clientName, MAX_CLIENTS } from "./names.js";
import { buildNetwork, ensureEchoServer, networkStands, removeNamespace } from "./network.js";
import { presentClients } from "./present.js";
import { must, run, until } from "./system.js";

/** What lab is wanted. */
export interface UpOptions {
  /** Number of clients; as many as there are, or three, where absent. */
  readonly clients?: number;
  /** Clients that let their operator in another way than by sudo without a password. */
  readonly variants: ReadonlyMap<string, Variant>;
  /** Clients whose network is owned by something else than by the rule: ifupdown for odd ones, systemd-networkd for even ones. */
  readonly owners?: ReadonlyMap<string, NetworkOwner>;
  /** Inventory folder to write. */
  readonly inventory: string;
  readonly say: (text: string) => void;
}

/** What `lab up` came to. */
export interface UpResult {
  readonly clients: readonly ClientSpec[];
  /** Those that were started by this call. */
  readonly started: readonly string[];
  /** Inventory files that were written. */
  readonly written: readonly string[];
}

const DEFAULT_CLIENTS = 3;

/** A client is up in a second or two; fifty at once on two cores take longer. */
const BOOT_TIMEOUT_MS = 180_000;
/** Longest wait for the last of a client's units; one that never ends to start is no reason not to use the client. */
const SETTLE_TIMEOUT_MS = 60_000;

/** inotify instances that one client needs: each PID 1 takes several, and 128 last for two dozen clients. */
const INOTIFY_PER_CLIENT = 16;

/**
 * Brings the lab up as wanted: makes what is missing, removes what is too much, leaves the rest alone.
 * @throws SurefootError `lab-failed` if something can't be made or a client's sshd does not answer in time.
 */
export async function bringUp(paths: LabPaths, options: UpOptions): Promise<UpResult> {
  const { say } = options;
  const present = presentClients(paths);
  const count = options.clients ?? (present.length > 0 ? present.length : DEFAULT_CLIENTS);
  const clients = specs(count, options.variants, options.owners ?? new Map());
  const base = await ensureBase(paths, say);
  await mkdir(join(paths.dir, "clients"), { recursive: true });
  await raiseInotify(count);
  if (!networkStands(paths)) {
    // A network that was built in part is worth less than none.
    await tearDown(paths);
    await mkdir(join(paths.dir, "clients"), { recursive: true });
    await buildNetwork(paths);
  }
  await ensureEchoServer(paths);
  await ensureKeys(paths, clients);
  for (const name of presentClients(paths)) {
    if (clients.some((spec) => spec.name === name)) continue;
    await discard(paths, name);
  }
  const started: string[] = [];
  for (const spec of clients) {
    const runs =
      supervisorOf(paths, spec.name) !== null &&
      variantOf(paths, spec.name) === spec.variant &&
      ownerOf(paths, spec.name) === spec.owner;
    if (runs) continue;
    await discard(paths, spec.name);
    await writeClient(paths, spec);
    await startClient(paths, spec, base);
    started.push(spec.name);
  }
  const written = await writeInventory(paths, options.inventory, clients);
  const faults = await faultsInForce(paths);
  if (faults.length > 0)
    say(`in force: ${faults.map(showFault).join(", ")}; \`surefoot lab fault heal-all\` heals`);
  if (started.length > 0)
    say(`waiting for ${started.length === 1 ? started[0] : `${started.length} clients`} to boot`);
  await Promise.all(clients.map((spec) => answers(paths, spec, faults.length === 0)));
  return { clients, started, written };
}

function specs(
  count: number,
  variants: ReadonlyMap<string, Variant>,
  owners: ReadonlyMap<string, NetworkOwner>,
): readonly ClientSpec[] {
  if (!Number.isInteger(count) || count < 1 || count > MAX_CLIENTS) {
    throw new SurefootError({
      code: "flag-invalid",
      message: `a lab can't have ${count} clients`,
      hint: `Give a number from 1 to ${MAX_CLIENTS}.`,
    });
  }
  const clients = Array.from({ length: count }, (_, i) => {
    const name = clientName(i + 1);
    const owner = owners.get(name) ?? (i % 2 === 0 ? "ifupdown" : "networkd");
    return { name, number: i + 1, variant: variants.get(name) ?? "nopasswd", owner };
  });
  const named = [
    ...[...variants.keys()].map((name) => ["--variant", name] as const),
    ...[...owners.keys()].map((name) => ["--owner", name] as const),
  ];
  for (const [flag, name] of named) {
    if (clients.some((spec) => spec.name === name)) continue;
    throw new SurefootError({
      code: "flag-invalid",
      message: `${flag} names ${name}, which this lab does not have`,
      hint: `Its clients are client1 to ${clientName(count)}; --clients N makes more.`,
    });
  }
  return clients;
}

async function discard(paths: LabPaths, name: string): Promise<void> {
  await removeClient(paths, name);
  await removeNamespace(paths.netns(name));
}

async function raiseInotify(clients: number): Promise<void> {
  const file = "/proc/sys/fs/inotify/max_user_instances";
  const needed = 128 + clients * INOTIFY_PER_CLIENT;
  if (Number(await readFile(file, "utf8")) < needed) await writeFile(file, `${needed}\n`);
}

/** Waits until all units of a client's boot have been started, or can't be: what waits for the network comes behind sshd. */
async function settled(paths: LabPaths, client: string): Promise<void> {
  const [program, args] = entry(paths, client, ["systemctl", "is-system-running", "--wait"]);
  await run(program, args, { timeoutMs: SETTLE_TIMEOUT_MS });
}

/** Waits until a client has booted and, unless some fault may be in the way, answers SSH. */
async function answers(paths: LabPaths, spec: ClientSpec, unhindered: boolean): Promise<void> {
  const net = `--net=/run/netns/${paths.netns("bastion")}`;
  const address = clientAddress(spec.number);
  // Nobody answers for a client that is not there yet; each try then takes its second.
  const asks = async (): Promise<boolean> =>
    (await run("nsenter", [net, "nc", "-w", "1", address, "22"])).stdout.startsWith("SSH-");
  const alive = (): boolean => supervisorOf(paths, spec.name) !== null;
  // While it boots, systemd lets nobody but root in (pam_nologin(8)).
  const letsIn = (): boolean => {
    const leader = leaderOf(paths, spec.name);
    return leader !== null && !existsSync(`/proc/${leader.pid}/root/run/nologin`);
  };
  let up = false;
  const look = async (): Promise<boolean> => {
    up = (!unhindered || (await asks())) && letsIn();
    return up || !alive();
  };
  await until(look, BOOT_TIMEOUT_MS, 100);
  if (up) {
    if (unhindered) await settled(paths, spec.name);
    return;
  }
  const log = join(paths.client(spec.name), "console.log");
  throw new SurefootError({
    code: "lab-failed",
    message: alive()
      ? `${spec.name} did not answer SSH within ${BOOT_TIMEOUT_MS / 1000} s`
      : `${spec.name} did not start`,
    place: { host: spec.name },
    hint: `Look at its console: ${log}`,
    detail: (await must("tail", ["-n", "15", log]).catch(() => "")).trim(),
  });
}
