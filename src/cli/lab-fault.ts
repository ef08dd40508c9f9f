import type { Command } from "commander";
import type { FaultInForce } from "../lab/fault.js";
import { FAULTS, INCIDENTS } from "../lab/faults.js";
import type { LabPaths } from "../lab/names.js";
import { asRoot } from "./as-root.js";

/** `surefoot lab fault`. */
export function registerFault(lab: Command): void {
  lab
    .command("fault")
    .description("Break a part of the lab, or mend it. What is so already is left alone.")
    .argument("<kind>", "kind of fault, the word that heals it, list, or heal-all")
    .argument("[box]", "nat1, nat2, client1 and so on")
    .argument("[percent]", "for drop-packets: share of the packets")
    .option("--json", "with list: as JSON")
    .addHelpText("after", () => `\nKinds:\n${help()}\n\nExample:\n  surefoot lab fault cut-lan nat1`)
    .action((kind: string, box = "", percent?: string, flags: { readonly json?: true } = {}) =>
      asRoot((paths) => fault(paths, { kind, box, percent, json: flags.json === true })),
    );
}

/** What there is, from the one table. */
function help(): string {
  const lines = [
    ...FAULTS.map(({ name, heal, on, means }) => [`${name} | ${heal}`, on === "either" ? "any" : on, means]),
    ...INCIDENTS.map(({ name, means }) => [name, "client", means]),
    ["list", "", "what is in force"],
    ["heal-all", "", "take all of it away"],
  ];
  return lines
    .map(([kind = "", on = "", means = ""]) => `  ${kind.padEnd(35)} ${on.padEnd(7)} ${means}`)
    .join("\n");
}

interface Words {
  readonly kind: string;
  readonly box: string;
  readonly percent: string | undefined;
  readonly json: boolean;
}

async function fault(paths: LabPaths, words: Words): Promise<number> {
  const { kind, box, percent, json } = words;
  if (kind === "list") return list(paths, json);
  if (kind === "heal-all") return healAll(paths);
  const incident = INCIDENTS.find(({ name }) => name === kind);
  if (incident !== undefined) {
    const { startOver } = await import("../lab/power.js");
    await startOver(paths, incident.name, box);
    process.stdout.write(`${kind} ${box}: it boots; \`surefoot lab up\` waits until it is up\n`);
    return 0;
  }
  const { faultRequest } = await import("../lab/fault-request.js");
  const { setFault } = await import("../lab/fault.js");
  const request = faultRequest(paths, kind, box, percent);
  const done = await setFault(paths, request);
  const means = request.heal ? "" : `: ${request.fault.means}`;
  process.stdout.write(`${kind} ${box}${done ? means : ": was so already"}\n`);
  return 0;
}

async function list(paths: LabPaths, json: boolean): Promise<number> {
  const { faultsInForce } = await import("../lab/fault.js");
  const found = await faultsInForce(paths);
  if (json) process.stdout.write(`${JSON.stringify(found, null, 2)}\n`);
  else await print(found, "no fault is in force");
  return 0;
}

async function healAll(paths: LabPaths): Promise<number> {
  const fault = await import("../lab/fault.js");
  await print(await fault.healAll(paths), "no fault was in force", "healed ");
  return 0;
}

async function print(faults: readonly FaultInForce[], none: string, before = ""): Promise<void> {
  const { showFault } = await import("../lab/fault.js");
  const lines = faults.length === 0 ? [none] : faults.map((one) => `${before}${showFault(one)}`);
  process.stdout.write(`${lines.join("\n")}\n`);
}
