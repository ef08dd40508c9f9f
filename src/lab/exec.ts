import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { constants } from "node:os";
import { suggest } from "../model/did-you-mean.js";
import { SurefootError } from "../model/error.js";
import { leaderOf } from "./client.js";
import type { LabPaths } from "./names.js";
import { BOXES } from "./names.js";
import { presentClients } from "./present.js";

/**
 * Runs a command in a box with this process's terminal. In a client it sees the client's files and processes; elsewhere only the
 * network is the box's.
 * @returns the command's exit status, 128 and the signal's number where a signal ended it.
 * @throws SurefootError `flag-invalid` for a box that the lab does not have, `lab-failed` for one that is not up.
 */
export function labExec(paths: LabPaths, box: string, command: readonly string[]): Promise<number> {
  const [program, args] = entry(paths, box, command[0] === "--" ? command.slice(1) : command);
  return new Promise((resolve, reject) => {
    const child = spawn(program, [...args], { stdio: "inherit" });
    // The terminal sends its signals to the command too; this process waits for its end.
    const wait = (): void => undefined;
    process.on("SIGINT", wait);
    child.on("error", reject);
    child.on("close", (code, signal) => {
      process.off("SIGINT", wait);
      resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal]));
    });
  });
}

/**
 * The program and arguments that run a command in a box, as root.
 * @throws SurefootError as {@link labExec} does.
 */
export function entry(
  paths: LabPaths,
  box: string,
  command: readonly string[],
): readonly [string, readonly string[]] {
  const clients = presentClients(paths);
  if (clients.includes(box)) {
    const leader = leaderOf(paths, box);
    if (leader === null) throw notUp(box);
    const env = [
      "env",
      "-i",
      "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
      "HOME=/root",
    ];
    const terminal = `TERM=${process.env.TERM ?? "dumb"}`;
    return [
      "nsenter",
      ["--target", String(leader.pid), "--all", "--root", "--wd", "--", ...env, terminal, ...command],
    ];
  }
  const netns = `/run/netns/${paths.netns(box)}`;
  if (BOXES.some((name) => name === box)) {
    if (!existsSync(netns)) throw notUp(box);
    return ["nsenter", [`--net=${netns}`, "--", ...command]];
  }
  const names = [...BOXES, ...clients];
  throw new SurefootError({
    code: "flag-invalid",
    message: `the lab has no box ${box}`,
    hint: suggest(box, names, `It has ${names.join(", ")}.`),
  });
}

function notUp(box: string): SurefootError {
  return new SurefootError({
    code: "lab-failed",
    message: `${box} is not up`,
    hint: "Run `surefoot lab up`.",
  });
}
