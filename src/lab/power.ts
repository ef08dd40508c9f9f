import { suggest } from "../model/did-you-mean.js";
import { SurefootError } from "../model/error.js";
import { baseImage } from "./base.js";
import { leaderOf, startClient, stopClient } from "./client.js";
import { faultsInForce } from "./fault.js";
import type { INCIDENTS } from "./faults.js";
import type { LabPaths } from "./names.js";
import { clientNumber } from "./names.js";
import { presentClients } from "./present.js";
import { isRunning, must, until } from "./system.js";

/** A shutdown in order stops every unit, which systemd gives up to 90 s. */
const SHUTDOWN_TIMEOUT_MS = 120_000;

/**
 * Lets a client boot anew and comes back when its old life has ended; `lab up` waits until it is up again.
 * @throws SurefootError `flag-invalid` for a box that is no client, `lab-failed` where it is not up or does not go down.
 */
export async function startOver(
  paths: LabPaths,
  how: (typeof INCIDENTS)[number]["name"],
  client: string,
): Promise<void> {
  const clients = presentClients(paths);
  if (!clients.includes(client)) {
    throw new SurefootError({
      code: "flag-invalid",
      message: client === "" ? `${how} needs a client` : `${how} can't befall ${client}`,
      hint: suggest(client, clients, `It befalls ${clients.join(", ") || "nothing: the lab is not up"}.`),
    });
  }
  if (how === "power-cycle") {
    await stopClient(paths, client);
    await startClient(paths, { name: client, number: clientNumber(client) ?? 0 }, baseImage(paths));
    return;
  }
  const leader = leaderOf(paths, client);
  const frozen = (await faultsInForce(paths)).some(({ box, kind }) => box === client && kind === "freeze");
  if (leader === null || frozen) {
    throw new SurefootError({
      code: "lab-failed",
      message: `${client} is ${frozen ? "frozen" : "not up"}`,
      hint: frozen ? "Thaw it, or power-cycle it." : "Run `surefoot lab up`, or power-cycle it.",
    });
  }
  await must("nsenter", [
    "--target",
    String(leader.pid),
    "--all",
    "--root",
    "--wd",
    "--",
    "systemctl",
    "reboot",
  ]);
  if (await until(() => !isRunning(leader), SHUTDOWN_TIMEOUT_MS)) return;
  throw new SurefootError({
    code: "lab-failed",
    message: `${client} has not gone down within ${SHUTDOWN_TIMEOUT_MS / 1000} s`,
    hint: "Cut it off: surefoot lab fault power-cycle, and look at its console.log.",
  });
}
