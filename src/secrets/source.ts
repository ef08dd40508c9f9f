import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { SurefootError } from "../model/error.js";
import { canonical } from "../model/json.js";
import type { Place } from "../model/place.js";
import type { SecretSource } from "../model/secret.js";
import { secrets } from "../model/secret.js";
import { openVault } from "./vault-keys.js";

/** Longest time that a command which prints a secret may take, in milliseconds: long enough to type a passphrase or touch a key. */
const COMMAND_TIMEOUT_MS = 60_000;
/** The most that such a command may print, in bytes. */
const MAX_BYTES = 1024 * 1024;

/** Read once for the whole process: a password manager that asks a person should ask once. */
const known = new Map<string, Promise<string>>();

/**
 * Reads a secret from where it is kept, without the newline at its end, and has it masked from then on.
 * @param what How messages name it: `the sudo password`, `the variable db_password`.
 * @throws SurefootError `secret-unavailable`.
 */
export async function readSource(source: SecretSource, what: string, place: Place): Promise<string> {
  const key = canonical(source);
  const reading = known.get(key) ?? rawText(source, what, place);
  known.set(key, reading);
  const text = (await reading).replace(/\r?\n$/, "");
  if (text === "") throw unavailable(`${what}: ${describe(source)} is empty`, place, "Put the secret there.");
  secrets.add(text);
  return text;
}

/** A source for people: what is read, never what it holds. */
export function describe(source: SecretSource): string {
  if ("env" in source) return `environment variable ${source.env}`;
  if ("vault" in source) return "ansible-vault";
  return "file" in source ? `file ${source.file}` : `command ${source.command}`;
}

async function rawText(source: SecretSource, what: string, place: Place): Promise<string> {
  if ("env" in source) {
    const value = process.env[source.env];
    if (value !== undefined) return value;
    throw unavailable(
      `${what}: the environment variable ${source.env} is not set`,
      place,
      `Set ${source.env} and run again.`,
    );
  }
  if ("vault" in source) return openVault(source.vault, what, place);
  if ("command" in source) return printed(source.command, what, place);
  try {
    return await readFile(source.file, "utf8");
  } catch (thrown) {
    const reason = thrown instanceof Error && "code" in thrown ? String(thrown.code) : String(thrown);
    const message = `${what}: the file ${source.file} can't be read (${reason})`;
    throw unavailable(message, place, "Check that it exists and that you may read it.");
  }
}

function printed(command: string, what: string, place: Place): Promise<string> {
  return new Promise((resolve, reject) => {
    const fail = (how: string, detail: string): void => {
      const data = unavailable(
        `${what}: the command that prints it ${how}`,
        place,
        `Run it by hand: ${command}`,
      );
      reject(detail === "" ? data : new SurefootError({ ...data.data, detail }));
    };
    const child = execFile("sh", ["-c", command], { maxBuffer: MAX_BYTES }, (error, stdout, stderr) => {
      clearTimeout(timer);
      // What went wrong it says on stderr; stdout may hold a part of the secret.
      if (error === null) resolve(stdout);
      else if (typeof error.code === "number")
        fail(`failed with exit ${error.code}`, stderr.trim().slice(-2000));
      else fail(`failed (${error.code ?? error.signal ?? "killed"})`, stderr.trim().slice(-2000));
    });
    const timer = setTimeout(() => {
      child.kill("SIGKILL");
      // A grandchild may hold the pipes open for as long as it likes.
      child.stdout?.destroy();
      child.stderr?.destroy();
      fail(`did not end within ${COMMAND_TIMEOUT_MS / 1000} s`, "");
    }, COMMAND_TIMEOUT_MS);
    // It can't ask: what it would read is not meant for it.
    child.stdin?.end();
  });
}

function unavailable(message: string, place: Place, hint: string): SurefootError {
  return new SurefootError({ code: "secret-unavailable", message, place, hint });
}
