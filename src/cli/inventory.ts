import type { Command } from "commander";
import type { Host, Inventory } from "../inventory/host.js";
import type { Json } from "../model/json.js";
import { secrets } from "../model/secret.js";
import { warn } from "./failure.js";
import { extraVarOption, inventoryOption, vaultPasswordOption } from "./options.js";

interface Flags {
  readonly inventory: string;
  readonly limit?: string;
  readonly extraVar: readonly string[];
  readonly vaultPasswordFile: readonly string[];
  readonly json?: true;
}

/** Where the commands print to. */
type Write = (text: string) => void;

const toStdout: Write = (text) => {
  process.stdout.write(text);
};

function inventoryOptions(command: Command): Command {
  return command
    .addOption(inventoryOption())
    .addOption(extraVarOption())
    .addOption(vaultPasswordOption())
    .option("--json", "as JSON");
}

async function load(flags: Flags): Promise<Inventory> {
  const { loadInventory } = await import("../inventory/load.js");
  const { askForVaults } = await import("./ask.js");
  askForVaults(flags.vaultPasswordFile);
  const inventory = await loadInventory(flags.inventory, { extraVars: flags.extraVar });
  await warn(inventory.warnings);
  return inventory;
}

/** `surefoot inventory list|show|explain|graph|import`. */
export function registerInventory(program: Command, print: Write = toStdout): void {
  const write: Write = (text) => print(secrets.mask(text));
  const inventory = program
    .command("inventory")
    .description("Look at an environment's hosts, groups and variables.");
  inventoryOptions(inventory.command("list"))
    .description("List hosts and their groups.")
    .option(
      "--limit <pattern>",
      "only these hosts: names, groups, globs; a:b both, a:&b common, a:!b without",
    )
    .addHelpText(
      "after",
      "\nExample:\n  surefoot inventory list -i inventories/production --limit 'clients:!db*'",
    )
    .action(async (flags: Flags) => {
      const { selectHosts } = await import("../inventory/pattern.js");
      const loaded = await load(flags);
      const hosts = selectHosts(loaded, "all", flags.limit);
      write(flags.json === true ? json(hosts.map(summary)) : table(hosts));
    });
  inventoryOptions(inventory.command("show"))
    .description("Show a host: its groups, how it is reached, and its variables with the place of each.")
    .argument("<host>", "a host's name")
    .addHelpText("after", "\nExample:\n  surefoot inventory show client1 -i inventories/lab")
    .action(async (name: string, flags: Flags) => {
      const { findHost } = await import("../inventory/explain.js");
      const { showHost, showHostJson } = await import("../inventory/show.js");
      const host = findHost(await load(flags), name);
      write(flags.json === true ? json(showHostJson(host)) : showHost(host));
    });
  inventoryOptions(inventory.command("explain"))
    .description("Tell where a host's variable comes from, and what lost to it.")
    .argument("<host>", "a host's name")
    .argument("<variable>", "a variable, or a part of it: gateways[0].address")
    .addHelpText("after", "\nExample:\n  surefoot inventory explain client1 gateways -i inventories/lab")
    .action(async (name: string, variable: string, flags: Flags) => {
      const { explainVariable } = await import("../inventory/explain.js");
      const { explanationJson, showExplanation } = await import("../inventory/show.js");
      const explanation = explainVariable(await load(flags), name, variable);
      write(flags.json === true ? json(explanationJson(explanation)) : showExplanation(explanation));
    });
  registerTrees(inventory, write);
}

function registerTrees(inventory: Command, write: Write): void {
  inventoryOptions(inventory.command("graph"))
    .description("Show the tree of groups with their hosts.")
    .addHelpText("after", "\nExample:\n  surefoot inventory graph -i inventories/production")
    .action(async (flags: Flags) => {
      const { graphJson, showGraph } = await import("../inventory/graph.js");
      const loaded = await load(flags);
      write(flags.json === true ? json(graphJson(loaded)) : showGraph(loaded));
    });
  inventory
    .command("import")
    .description("Write an inventory of Ansible in Surefoot's own form, into a new folder.")
    .requiredOption("-i, --inventory <source>", "the inventory of Ansible: a file, a folder or a script")
    .argument("<dir>", "the folder to make")
    .addHelpText("after", "\nExample:\n  surefoot inventory import -i ansible/hosts inventories/production")
    .action(async (dir: string, flags: Pick<Flags, "inventory">) => {
      const { importTo } = await import("./inventory-import.js");
      write(await importTo(dir, await load({ ...flags, extraVar: [], vaultPasswordFile: [] })));
    });
}

function json(value: Json): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

function summary(host: Host): Json {
  return { host: host.name, address: host.target.address, groups: host.groups };
}

function table(hosts: readonly Host[]): string {
  // Not by spreading: a call takes only so many arguments.
  const width = hosts.reduce((most, { name }) => Math.max(most, name.length), 0);
  const addresses = hosts.reduce((most, { target }) => Math.max(most, target.address.length), 0);
  const row = ({ name, target, groups }: Host): string =>
    `${name.padEnd(width)}  ${target.address.padEnd(addresses)}  ${groups.filter((group) => group !== "all").join(", ")}`;
  return `${hosts.map((host) => row(host).trimEnd()).join("\n")}\n`;
}
