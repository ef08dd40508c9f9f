import { existsSync } from "node:fs";
import { listRuns, runsFolder } from "../journal/folder.js";
import { EXIT } from "../model/exit.js";
import { serve } from "../serve/server.js";
import { Site } from "../serve/site.js";
import { newToken, readToken } from "../serve/token.js";
import { fromHere } from "./from-here.js";
import type { ServeFlags } from "./serve.js";
import { version } from "./version.js";

/** Serves until a signal comes; gives the exit code. */
export async function serveState({ state, port, tokenFile }: ServeFlags): Promise<number> {
  const token = tokenFile === undefined ? newToken() : await readToken(tokenFile);
  await listRuns(state);
  if (!existsSync(runsFolder(state)))
    process.stderr.write(`warning: nothing is recorded in ${state} yet; another folder: --state DIR\n`);
  const ended = signalled();
  const serving = await serve({
    port,
    token,
    site: new Site({ state, version: version(), path: fromHere }),
    warn: (message) => process.stderr.write(`warning: ${message}\n`),
  });
  const address = `http://127.0.0.1:${serving.port}/`;
  process.stdout.write(tokenFile === undefined ? `${address}?token=${token}\n` : `${address}\n`);
  process.stderr.write(
    tokenFile === undefined
      ? "Read-only, for this machine. The address holds the token: who has it sees all that is recorded. Ctrl-C ends it.\n"
      : "Read-only, for this machine; once with ?token= and the token of the file. Ctrl-C ends it.\n",
  );
  const signal = await ended;
  await serving.close();
  // A service that is told to end has done its work; a person who presses Ctrl-C interrupts it.
  return signal === "SIGTERM" ? EXIT.converged : EXIT.interrupted;
}

/** The first signal to end. A second one ends the process at once, as signals do. */
function signalled(): Promise<NodeJS.Signals> {
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
  return new Promise((resolve) => {
    const hear = (signal: NodeJS.Signals): void => {
      for (const one of signals) process.off(one, hear);
      resolve(signal);
    };
    for (const one of signals) process.on(one, hear);
  });
}
