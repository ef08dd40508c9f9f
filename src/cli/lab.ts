import type { Command } from "commander";
import { InvalidArgumentError } from "commander";
import type { LabPaths, NetworkOwner, Variant } from "../lab/names.js";
import { asRoot } from "./as-root.js";
import { registerFault } from "./lab-fault.js";

interface UpFlags {
  readonly clients?: number;
  readonly inventory: string;
  readonly variant: ReadonlyMap<string, Variant>;
  readonly owner: ReadonlyMap<string, NetworkOwner>;
}

const say = (text: string): void => {
  process.stderr.write(`lab: ${text}\n`);
};

function count(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1)
    throw new InvalidArgumentError("It must be a whole number of at least 1.");
  return value;
}

const VARIANTS: readonly Variant[] = ["nopasswd", "sudo-password", "root-only", "no-sudo"];

function variant(text: string, known: ReadonlyMap<string, Variant>): ReadonlyMap<string, Variant> {
  const [name = "", value = ""] = text.split("=");
  const found = VARIANTS.find((one) => one === value);
  if (found === undefined)
    throw new InvalidArgumentError(`Write CLIENT=VARIANT, one of ${VARIANTS.join(", ")}.`);
  return new Map([...known, [name, found]]);
}

const OWNERS: readonly NetworkOwner[] = ["ifupdown", "networkd", "networkmanager"];

function owner(text: string, known: ReadonlyMap<string, NetworkOwner>): ReadonlyMap<string, NetworkOwner> {
  const [name = "", value = ""] = text.split("=");
  const found = OWNERS.find((one) => one === value);
  if (found === undefined) throw new InvalidArgumentError(`Write CLIENT=OWNER, one of ${OWNERS.join(", ")}.`);
  return new Map([...known, [name, found]]);
}

/** `surefoot lab up|down|status|exec|fault`. */
export function registerLab(program: Command): void {
  const lab = program
    .enablePositionalOptions()
    .command("lab")
    .enablePositionalOptions()
    .description("Real hosts on this machine: systemd, sshd, two NAT gateways, a bastion.");
  lab
    .command("up")
    .description("Bring the lab up, or to the state that is asked for. Repeating it changes nothing.")
    .option("--clients <n>", "number of clients: as many as there are, or 3", count)
    .option("--inventory <dir>", "inventory folder to write", "inventories/lab")
    .option(
      "--variant <client=variant>",
      `how a client lets its operator in: ${VARIANTS.join(", ")}`,
      variant,
      new Map(),
    )
    .option(
      "--owner <client=owner>",
      `what owns a client's network: ${OWNERS.join(", ")} (by default ifupdown for odd ones, networkd for even ones)`,
      owner,
      new Map(),
    )
    .addHelpText("after", "\nExample:\n  surefoot lab up --clients 5 --variant client5=sudo-password")
    .action((flags: UpFlags) => asRoot((paths) => up(paths, flags)));
  lab
    .command("down")
    .description("Remove the lab; nothing of it is left but the base image.")
    .option("--purge", "remove the base images too")
    .addHelpText("after", "\nExample:\n  surefoot lab down --purge")
    .action((flags: { readonly purge?: true }) => asRoot((paths) => down(paths, flags.purge === true)));
  lab
    .command("status")
    .description("Show the boxes of the lab. Exit code 1 where not all is up.")
    .option("--json", "as JSON")
    .addHelpText("after", "\nExample:\n  surefoot lab status")
    .action((flags: { readonly json?: true }) => asRoot((paths) => status(paths, flags.json === true)));
  lab
    .command("exec")
    .description(
      "Run a command in a box: bastion, nat1, nat2, internet, client1 and so on. Its exit status is passed on.",
    )
    .argument("<box>", "name of the box")
    .argument("<command...>", "the command and its arguments, after --")
    .passThroughOptions()
    .addHelpText("after", "\nExample:\n  surefoot lab exec client1 -- ip route show default")
    .action((box: string, command: readonly string[]) =>
      asRoot(async (paths) => (await import("../lab/exec.js")).labExec(paths, box, command)),
    );
  registerFault(lab);
}

async function up(paths: LabPaths, flags: UpFlags): Promise<number> {
  const { bringUp } = await import("../lab/up.js");
  const { withLock } = await import("../lab/lock.js");
  const start = performance.now();
  const { clients, inventory, variant: variants, owner: owners } = { ...flags };
  const options = { variants, owners, inventory, say, ...(clients === undefined ? {} : { clients }) };
  const result = await withLock(paths.lab, () => bringUp(paths, options), waiting);
  for (const file of result.written) say(`wrote ${file}`);
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  const made = result.started.length === 0 ? "was up already" : `started ${result.started.length}`;
  process.stdout.write(`lab "${paths.lab}": ${result.clients.length} clients, ${made} (${seconds} s)\n`);
  return 0;
}

const waiting = (): void => say("waiting for another command on this lab to end");

async function down(paths: LabPaths, purge: boolean): Promise<number> {
  const { purgeBases, tearDown } = await import("../lab/down.js");
  const { withLock } = await import("../lab/lock.js");
  const { baseImage } = await import("../lab/base.js");
  const { existsSync } = await import("node:fs");
  await withLock(paths.lab, () => tearDown(paths), waiting);
  if (purge) await purgeBases(paths);
  process.stdout.write(`lab "${paths.lab}" is gone\n`);
  const image = baseImage(paths);
  if (existsSync(image)) process.stdout.write(`kept the base image ${image}; --purge removes it\n`);
  return 0;
}

async function status(paths: LabPaths, json: boolean): Promise<number> {
  const { labStatus } = await import("../lab/status.js");
  const state = await labStatus(paths);
  if (json) process.stdout.write(`${JSON.stringify(state, null, 2)}\n`);
  else if (state.boxes.length === 0) process.stdout.write(`lab "${state.lab}" is not up: surefoot lab up\n`);
  else {
    for (const box of state.boxes) {
      process.stdout.write(
        `${box.name.padEnd(10)} ${box.address.padEnd(14)} ${box.state.padEnd(8)} ${box.note}\n`,
      );
    }
  }
  return state.up ? 0 : 1;
}
