import { spawn } from "node:child_process";
import { chmod, mkdir, mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import type { Command } from "commander";
import { SurefootError } from "../model/error.js";

const SUFFIX = ".age";
const collect = (value: string, list: readonly string[]): readonly string[] => [...list, value];

interface RecipientFlags {
  readonly recipient: readonly string[];
}

/** `surefoot secrets keygen|encrypt|decrypt|edit`: variable files encrypted by age. */
export function registerSecrets(program: Command): void {
  const secrets = program.command("secrets").description("Variable files that are encrypted by age.");
  secrets
    .command("keygen")
    .description("Make the identity that decrypts, and print its recipient, for which others encrypt.")
    .option("--out <file>", "where it is kept; by default where Surefoot looks for it")
    .addHelpText("after", "\nExample:\n  surefoot secrets keygen")
    .action(async (flags: { readonly out?: string }) => {
      const { identityFile, newIdentity } = await import("../secrets/age.js");
      const file = flags.out ?? identityFile();
      const { text, recipient } = await newIdentity();
      await mkdir(dirname(file), { recursive: true, mode: 0o700 });
      try {
        await writeFile(file, text, { mode: 0o600, flag: "wx" });
      } catch (thrown) {
        throw unwritable(file, thrown, "An identity is never overwritten: what it decrypts would be lost.");
      }
      process.stderr.write(`wrote ${file}\n`);
      process.stdout.write(`${recipient}\n`);
    });
  recipientOption(secrets.command("encrypt"))
    .description(`Encrypt FILE into FILE${SUFFIX} and remove FILE.`)
    .argument("<file>", "a file of variables: group_vars/all/secrets.yml")
    .addHelpText("after", "\nExample:\n  surefoot secrets encrypt inventories/lab/group_vars/all/secrets.yml")
    .action(async (file: string, flags: RecipientFlags) => {
      await seal(`${file}${SUFFIX}`, await readText(file), flags.recipient);
      await rm(file);
      process.stderr.write(`wrote ${file}${SUFFIX}, removed ${file}\n`);
    });
  secrets
    .command("decrypt")
    .description("Print what an encrypted file holds.")
    .argument("<file>", `a file FILE${SUFFIX}`)
    .addHelpText(
      "after",
      "\nExample:\n  surefoot secrets decrypt inventories/lab/group_vars/all/secrets.yml.age",
    )
    .action(async (file: string) => {
      process.stdout.write(await open(file));
    });
  recipientOption(secrets.command("edit"))
    .description("Edit an encrypted file by $VISUAL or $EDITOR; it is made where it does not exist.")
    .argument("<file>", `a file FILE${SUFFIX}`)
    .addHelpText(
      "after",
      "\nExample:\n  surefoot secrets edit inventories/lab/group_vars/all/secrets.yml.age",
    )
    .action(async (file: string, flags: RecipientFlags) => {
      const before = (await exists(file)) ? await open(file) : "";
      const after = await edited(basename(file, SUFFIX), before);
      if (after === before) process.stderr.write("nothing was changed\n");
      else {
        await seal(file, after, flags.recipient);
        process.stderr.write(`wrote ${file}\n`);
      }
    });
}

function recipientOption(command: Command): Command {
  return command.option(
    "--recipient <age1...>",
    "encrypt for this recipient; may be repeated; by default those in .age-recipients above the file, else yourself",
    collect,
    [],
  );
}

async function open(file: string): Promise<string> {
  const { decryptAge } = await import("../secrets/age.js");
  return decryptAge(await readBytes(file), { file, line: 1, col: 1 });
}

/** Writes an encrypted file whole or not at all: a half-written one would lose what it held. */
async function seal(file: string, text: string, given: readonly string[]): Promise<void> {
  const { encryptAge, recipientsOf } = await import("../secrets/age.js");
  const recipients = given.length > 0 ? given : await recipientsOf(file);
  const sealed = await encryptAge(text, recipients);
  const draft = `${file}.${process.pid}~`;
  try {
    await writeFile(draft, sealed, { mode: 0o600, flag: "wx" });
    await rename(draft, file);
  } catch (thrown) {
    await rm(draft, { force: true });
    throw unwritable(file, thrown, "Check the folder and its owner.");
  }
}

/** Lets a person edit a text in a private folder, in memory where the system has one, and leaves nothing of it there. */
async function edited(name: string, text: string): Promise<string> {
  const base = (await exists("/dev/shm")) ? "/dev/shm" : tmpdir();
  const dir = await mkdtemp(join(base, "surefoot-edit-"));
  try {
    await chmod(dir, 0o700);
    const file = join(dir, name);
    await writeFile(file, text, { mode: 0o600 });
    await runEditor(file);
    return await readText(file);
  } finally {
    await wipe(dir);
  }
}

/** Overwrites and removes all files of a folder: the editor may have left copies there. */
async function wipe(dir: string): Promise<void> {
  for (const name of await readdir(dir)) {
    const file = join(dir, name);
    const { size } = await stat(file);
    await writeFile(file, Buffer.alloc(size), { flag: "r+" }).catch(() => undefined);
  }
  await rm(dir, { recursive: true, force: true });
}

function runEditor(file: string): Promise<void> {
  const { VISUAL = "", EDITOR = "" } = process.env;
  const editor = VISUAL !== "" ? VISUAL : EDITOR !== "" ? EDITOR : "vi";
  return new Promise((resolve, reject) => {
    const failed = (how: string): void =>
      reject(
        new SurefootError({
          code: "flag-invalid",
          message: `the editor ${editor} ${how}; nothing was changed`,
          hint: "Name an editor that stays until you are done: EDITOR=nano, or EDITOR='code --wait'.",
        }),
      );
    // By a shell, since people write options into it; the file is a word of its own.
    const child = spawn("sh", ["-c", `${editor} "$1"`, "sh", file], { stdio: "inherit" });
    child.on("error", (error) => failed(`can't be started (${error.message})`));
    child.on("close", (exit) => (exit === 0 ? resolve() : failed(`ended with exit ${exit ?? "unknown"}`)));
  });
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

async function readText(file: string): Promise<string> {
  return (await readBytes(file)).toString("utf8");
}

async function readBytes(file: string): Promise<Buffer> {
  try {
    return await readFile(file);
  } catch (thrown) {
    const reason = thrown instanceof Error && "code" in thrown ? String(thrown.code) : String(thrown);
    const message = `${file} can't be read (${reason})`;
    throw new SurefootError({ code: "flag-invalid", message, hint: "Name a file that exists and is yours." });
  }
}

function unwritable(file: string, thrown: unknown, hint: string): SurefootError {
  const reason = thrown instanceof Error && "code" in thrown ? String(thrown.code) : String(thrown);
  return new SurefootError({ code: "flag-invalid", message: `${file} can't be written (${reason})`, hint });
}
