import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";

const answerSchema = z.union([
  z.literal("refused"),
  z.object({
    hosts: z.record(z.string(), z.record(z.string(), z.json())),
    groups: z.record(z.string(), z.object({ hosts: z.array(z.string()), groups: z.array(z.string()) })),
  }),
]);

/** What Ansible makes of an inventory: hosts with their merged variables, groups with their members; or that it refuses it. */
export type Answer = z.output<typeof answerSchema>;

const answersSchema = z.object({ version: z.string(), answers: z.record(z.string(), answerSchema) });

/** Answers for many inventories, and the version of Ansible that gave them. */
export type Answers = z.output<typeof answersSchema>;

/** Reads answers that were written down. */
export function parseAnswers(text: string): Answers {
  return answersSchema.parse(JSON.parse(text));
}

/** The interpreter that `ansible-inventory` runs with: another Python may not know Ansible. */
function pythonOfAnsible(): string | undefined {
  for (const folder of (process.env.PATH ?? "").split(":")) {
    const command = join(folder, "ansible-inventory");
    if (!existsSync(command)) continue;
    const python = /^#!\s*(\S*python\S*)/.exec(readFileSync(command, "utf8"))?.[1];
    if (python !== undefined) return python;
  }
  return undefined;
}

/**
 * Asks the Ansible of this machine, all inventories in one process.
 * @returns undefined where there is none.
 */
export function askAnsible(sources: Readonly<Record<string, string>>): Answers | undefined {
  const home = mkdtempSync(join(tmpdir(), "surefoot-oracle-"));
  const script = new URL("oracle.py", import.meta.url).pathname;
  writeFileSync(join(home, "ansible.cfg"), "");
  const python = pythonOfAnsible();
  if (python === undefined) return undefined;
  const ran = spawnSync(python, [script], {
    input: JSON.stringify(sources),
    cwd: home,
    encoding: "utf8",
    maxBuffer: 64 * 1024 * 1024,
    timeout: 120_000,
    env: {
      PATH: process.env.PATH,
      HOME: home,
      LC_ALL: "C.UTF-8",
      ANSIBLE_CONFIG: join(home, "ansible.cfg"),
      ANSIBLE_INVENTORY_ANY_UNPARSED_IS_FAILED: "1",
    },
  });
  if (ran.status !== 0) throw new Error(`the oracle failed: ${ran.stderr}`);
  return parseAnswers(ran.stdout);
}
