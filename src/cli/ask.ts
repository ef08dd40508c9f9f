import { createInterface } from "node:readline/promises";
import { SurefootError } from "../model/error.js";
import { secrets } from "../model/secret.js";
import type { Reporter } from "../report/reporter.js";
import { useVaultKeys } from "../secrets/vault-keys.js";
import { onInterrupt } from "./interrupt.js";

/** Whether a person can be asked: stdin and stderr are terminals. */
export function canAsk(): boolean {
  return process.stdin.isTTY === true && process.stderr.isTTY === true;
}

/**
 * Makes sure that a person is there to answer.
 * @param question What is asked, behind "whether to", and how to do without an answer.
 * @throws SurefootError `flag-invalid` where nobody is, or where the answer would stand among what a program reads.
 */
export function requireSomebody(
  json: boolean | undefined,
  question: { readonly whether: string; readonly hint: string },
): void {
  if (json !== true && canAsk()) return;
  const { whether, hint } = question;
  throw new SurefootError({
    code: "flag-invalid",
    message: `there is nobody to ask whether to ${whether}`,
    hint,
  });
}

/** Has vaults opened by the passwords in these files or, where there are none and a person is there, by what that person types. */
export function askForVaults(files: readonly string[]): void {
  useVaultKeys({ files, ...(canAsk() ? { ask: () => askPassword("vault password: ") } : {}) });
}

/**
 * Asks a question on the terminal that only `y` or `yes` answers with yes. A terminal that goes away means no.
 * @throws SurefootError `interrupted` for Ctrl-C or a signal that ends the process.
 */
export async function confirm(question: string): Promise<boolean> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  const gone = new AbortController();
  const interruption = onInterrupt(
    () => undefined,
    () => 0,
  );
  terminal.once("close", () => gone.abort());
  const ctrlC = new AbortController();
  terminal.once("SIGINT", () => ctrlC.abort());
  const stop = AbortSignal.any([interruption.stop, ctrlC.signal]);
  try {
    const signal = AbortSignal.any([stop, gone.signal]);
    return /^y(es)?$/i.test((await terminal.question(`${question} [y/N] `, { signal })).trim());
  } catch (thrown) {
    if (stop.aborted) throw interrupted("Nothing was changed.");
    if (gone.signal.aborted) return false;
    throw thrown;
  } finally {
    interruption.dispose();
    terminal.close();
  }
}

/**
 * Reads a password from the terminal without showing it.
 * @param echo Show it nevertheless: an answer that is no secret.
 * @throws SurefootError `flag-invalid` where there is no terminal.
 */
export async function askPassword(prompt: string, echo = false): Promise<string> {
  if (!canAsk()) {
    throw new SurefootError({
      code: "flag-invalid",
      message: "there is no terminal to ask for a password on",
      hint: "Give it in the inventory, as password of ssh or become: { env: NAME }, { file: PATH } or { command: CMD }.",
    });
  }
  process.stderr.write(prompt);
  process.stdin.setRawMode(true);
  try {
    const typed = await typedLine(echo);
    if (!echo) secrets.add(typed);
    return typed;
  } finally {
    process.stdin.setRawMode(false);
    process.stdin.pause();
    process.stderr.write("\n");
  }
}

/** Asks one question after the other, each while nothing else draws on the terminal; undefined where there is nobody to ask. */
export function asker(
  reporter: Pick<Reporter, "suspend">,
): ((prompt: string, echo: boolean) => Promise<string>) | undefined {
  if (!canAsk()) return undefined;
  let last: Promise<unknown> = Promise.resolve();
  return (prompt, echo) => {
    const answer = last.then(async () => {
      const resume = await reporter.suspend?.();
      try {
        return await askPassword(prompt, echo);
      } finally {
        resume?.();
      }
    });
    last = answer.catch(() => undefined);
    return answer;
  };
}

function typedLine(echo: boolean): Promise<string> {
  return new Promise((resolve, reject) => {
    let typed = "";
    const listen = (chunk: Buffer): void => {
      for (const char of chunk.toString("utf8")) {
        if (char === "\r" || char === "\n") {
          done(() => resolve(typed));
          return;
        }
        if (char === "\u0003") {
          done(() => reject(interrupted("Nothing was contacted.")));
          return;
        }
        const erased = char === "\u007f" || char === "\b";
        if (echo && (!erased || typed !== "")) process.stderr.write(erased ? "\b \b" : char);
        typed = erased ? typed.slice(0, -1) : typed + char;
      }
    };
    const done = (finish: () => void): void => {
      process.stdin.off("data", listen);
      finish();
    };
    process.stdin.on("data", listen);
  });
}

function interrupted(hint: string): SurefootError {
  return new SurefootError({ code: "interrupted", message: "interrupted", hint });
}
