import type { Host, Inventory } from "../inventory/host.js";
import { loadInventory } from "../inventory/load.js";
import { selectHosts } from "../inventory/pattern.js";
import { readSecrets } from "../inventory/read-secrets.js";
import { SurefootErrors } from "../model/error.js";
import type { Target } from "../model/target.js";
import { becomeOn } from "../model/target.js";
import { provideApi } from "../playbook/api.js";
import type { HostTasks } from "../playbook/expand.js";
import { expandPlaybook, unreadable } from "../playbook/expand.js";
import type { LoadedPlaybook } from "../playbook/load.js";
import { loadPlaybook } from "../playbook/load.js";
import { Identities } from "../transport/identities.js";
import { askForVaults, askPassword } from "./ask.js";
import { warn } from "./failure.js";
import type { CredentialFlags, FleetFlags } from "./options.js";

/** A playbook and the hosts that it is for, as far as can be known without contacting any. */
export interface Fleet {
  /** Paths as they were given. */
  readonly playbook: string;
  readonly inventory: string;
  readonly loaded: LoadedPlaybook;
  readonly environment: Inventory;
  readonly jobs: readonly HostTasks[];
  /** Finds a host of the inventory, for jumps. */
  readonly target: (name: string) => Target | undefined;
  /** Keys that were opened, so that a second pass asks for no passphrase again. */
  readonly identities: Identities;
}

/** The flags that say what a playbook is expanded from. */
type PrepareFlags = CredentialFlags & Pick<FleetFlags, "inventory" | "limit" | "tags" | "extraVar">;

/** Everything that can be known without contacting any host: all bad input is found here. */
export async function prepare(path: string, flags: PrepareFlags): Promise<Fleet> {
  const environment = await readInventory(flags);
  provideApi(await import("../index.js"));
  const loaded = await loadPlaybook(path);
  const hosts = selectHosts(environment, loaded.playbook.hosts, flags.limit);
  await readNeeded(loaded, hosts);
  const expanded = expandPlaybook(loaded, hosts, flags.tags);
  const jobs = await withTyped(expanded, flags);
  return {
    playbook: path,
    inventory: flags.inventory,
    loaded,
    environment,
    jobs,
    target: (name) => environment.hosts.get(name)?.target,
    identities: new Identities(),
  };
}

/** Reads the secrets that the playbook needs. What else can't be read is told with those that can't, all in one go. */
async function readNeeded(loaded: LoadedPlaybook, hosts: readonly Host[]): Promise<void> {
  try {
    await readSecrets(hosts, Object.keys(loaded.playbook.vars.shape));
  } catch (thrown) {
    if (!(thrown instanceof SurefootErrors)) throw thrown;
    throw new SurefootErrors([...thrown.errors, ...unreadable(loaded, hosts)]);
  }
}

/** Reads the inventory that the flags name, and says what is odd about it. */
export async function readInventory(
  flags: Pick<FleetFlags, "inventory" | "extraVar" | "vaultPasswordFile">,
): Promise<Inventory> {
  askForVaults(flags.vaultPasswordFile);
  const environment = await loadInventory(flags.inventory, { extraVars: flags.extraVar });
  await warn(environment.warnings);
  return environment;
}

/** Asks for the passwords that are to be typed, and hands them to all hosts. */
export async function withTyped<J extends { readonly target: Target }>(
  jobs: readonly J[],
  flags: CredentialFlags,
): Promise<readonly J[]> {
  const login = flags.askPass === true ? { value: await askPassword("login password: ") } : undefined;
  const sudo = flags.askBecomePass === true ? { value: await askPassword("sudo password: ") } : undefined;
  if (login === undefined && sudo === undefined) return jobs;
  return jobs.map((job) => {
    const target: Target = {
      ...job.target,
      ...(login === undefined ? {} : { password: login }),
      ...(sudo === undefined ? {} : { become: { ...becomeOn(job.target), password: sudo } }),
    };
    return { ...job, target };
  });
}
