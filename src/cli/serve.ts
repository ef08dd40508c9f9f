import type { Command } from "commander";
import { InvalidArgumentError } from "commander";
import { stateOption } from "./options.js";

/** `surefoot serve` with its flags. */
export interface ServeFlags {
  readonly state: string;
  readonly port: number;
  readonly tokenFile?: string;
}

/** Where it listens unless told otherwise. */
const PORT = 8520;

/** `surefoot serve`: what is recorded, as pages in a browser. */
export function registerServe(program: Command): void {
  stateOption(program.command("serve"))
    .description(
      "Show fleets, runs and what happened as live pages, and /metrics for Prometheus. Read-only, on 127.0.0.1 alone, and only with the token that it prints.",
    )
    .option("--port <n>", "port of 127.0.0.1 to listen on; 0: any that is free", port, PORT)
    .option("--token-file <file>", "a token of your own, in a file that only you can read; - for stdin")
    .addHelpText(
      "after",
      `
Examples:
  surefoot serve
  ssh -L 8520:127.0.0.1:8520 bastion      then open the printed address here`,
    )
    .action(async (flags: ServeFlags) => {
      const { serveState } = await import("./serve-state.js");
      process.exitCode = await serveState(flags);
    });
}

function port(text: string): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value > 65_535) throw new InvalidArgumentError("It must be a port, or 0.");
  return value;
}
