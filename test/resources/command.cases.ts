import type { Sh } from "../../src/model/sh.js";
import { sh } from "../../src/model/sh.js";
import type { CommandParams } from "../../src/resources/command.js";
import { command } from "../../src/resources/command.js";
import type { ContractCase, Sandbox } from "./harness.js";
import { tree } from "./tree.js";

/** What must hold for a command; what has no `undo` can't be taken back. */
export function cases(sandbox: Sandbox): readonly ContractCase[] {
  const cwd = sandbox.dir;
  const one = (name: string, prepare: Sh, params: CommandParams): ContractCase => ({
    name,
    needs: "shell",
    prepare,
    task: command(params),
    snapshot: tree(sandbox),
    ...(params.undo === undefined ? { irreversible: "no undo is given" } : {}),
  });
  return [
    one("creates a path", sh`:`, { run: "echo hello > f", undo: "rm -f f", creates: `${cwd}/f`, cwd }),
    one("created it already", sh`: > ${cwd}/f`, { run: "exit 1", undo: "rm -f f", creates: `${cwd}/f`, cwd }),
    one("creates what a symlink leads to", sh`ln -s t ${cwd}/f`, {
      run: ": > t",
      undo: "rm -f t",
      creates: `${cwd}/f`,
      cwd,
    }),
    one("creates a name full of traps", sh`:`, {
      run: 'mkdir "$name"',
      undo: '[ ! -d "$name" ] || rmdir "$name"',
      creates: `${cwd}/a 'b' $(c)\n: No such file or directory`,
      cwd,
      env: { name: "a 'b' $(c)\n: No such file or directory" },
    }),
    one("unless a guard succeeds", sh`echo a > ${cwd}/f`, {
      run: "echo b >> f",
      undo: "sed -i /b/d f",
      unless: "grep -q b f # as it stands",
      cwd,
    }),
    one("a guard that succeeds already", sh`echo b > ${cwd}/f`, {
      run: "exit 1",
      unless: "grep -q b f",
      cwd,
    }),
    one("a guard of several lines that reads stdin and talks", sh`:`, {
      run: "printf '%s' \"$word\" > f",
      undo: "rm -f f",
      unless: 'cat\necho talk\necho more >&2\n[ "$(cat f)" = "$word" ]',
      cwd,
      env: { word: "it's $HOME" },
    }),
    one("no undo", sh`:`, { run: "echo hello > f", creates: `${cwd}/f`, cwd }),
    one("always", sh`:`, { run: "echo hello >> f", undo: "rm -f f", always: true, cwd }),
  ];
}
