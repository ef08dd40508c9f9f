import { sh } from "../../src/model/sh.js";
import { command } from "../../src/resources/command.js";
import type { ContractCase, Sandbox } from "./harness.js";

/** What must hold for a command, done or not. */
export function cases({ dir }: Sandbox): readonly ContractCase[] {
  const made = `${dir}/made`;
  const snapshot = sh`ls -A ${dir}`;
  const undo = `rm '${made}'`;
  const once = command({ run: `: > '${made}'`, creates: made, undo });
  const needed = command({
    run: `echo "$WORD" > made`,
    unless: "grep -q it made",
    cwd: dir,
    env: { WORD: "it's" },
    undo,
  });
  return [
    { name: "what it creates is not there", needs: "shell", prepare: sh`:`, task: once, snapshot },
    { name: "what it creates is there", needs: "shell", prepare: sh`: > ${made}`, task: once, snapshot },
    { name: "its guard fails", needs: "shell", prepare: sh`:`, task: needed, snapshot },
    { name: "its guard succeeds", needs: "shell", prepare: sh`echo it > ${made}`, task: needed, snapshot },
    {
      name: "always",
      needs: "shell",
      prepare: sh`:`,
      task: command({ run: "true", always: true }),
      irreversible: "nothing says what it did",
    },
    {
      name: "without a way back",
      needs: "shell",
      prepare: sh`:`,
      task: command({ run: `: > '${made}'`, creates: made }),
      irreversible: "its author gave no undo",
    },
  ];
}
