import type { Sh } from "../../src/model/sh.js";
import { sh } from "../../src/model/sh.js";
import { file } from "../../src/resources/file.js";
import type { ContractCase, Sandbox } from "./harness.js";

/** Everything below a folder: names, modes, links, bytes. */
export const everything = (dir: string): Sh => sh`cd ${dir}
find . -printf '%p %m %U %G %l %y\\n' | sort
find . -type f | sort | while IFS= read -r f; do od -An -c "$f"; done`;

/** What must hold for a file, whatever was there before. */
export function cases({ dir }: Sandbox): readonly ContractCase[] {
  const path = `${dir}/file`;
  const one = (
    name: string,
    prepare: Sh,
    params: Partial<Parameters<typeof file>[0]>,
    at = path,
  ): ContractCase => ({
    name,
    needs: "shell",
    prepare,
    task: file({ path: at, ...params }),
    snapshot: everything(dir),
  });
  const old = sh`printf old > ${path}; chmod 0600 ${path}`;
  return [
    one("none yet", sh`:`, { content: "new\n" }),
    one("another content, mode kept", old, { content: "new\n" }),
    one("another content and mode", old, { content: "new\n", mode: "0755" }),
    one("another mode alone", old, { mode: "640" }),
    one("as it is", sh`printf same > ${path}`, { content: "same" }),
    one("to be absent", old, { state: "absent" }),
    one("absent already", sh`:`, { state: "absent" }),
    one("to be empty", old, { content: "" }),
    one("empty, to have text", sh`: > ${path}`, { content: "x" }),
    one("no newline at its end", sh`:`, { content: "a\nb" }),
    one("newlines at its end", sh`:`, { content: "a\n\n\n" }),
    one("text that a shell could mistake", sh`:`, { content: "it's $(reboot) `x` \\ %s \\n \"\n-n\n" }),
    one("other letters", sh`:`, { content: "ünïcode ✓ 漢字\n" }),
    one("bytes that are no text", sh`printf 'a\\000b\\377' > ${path}`, {
      content: Uint8Array.of(0, 255, 10, 13, 0),
    }),
    one("bytes replaced by text", sh`printf 'a\\000b\\377' > ${path}`, { content: "text\n" }),
    one("behind a link, which stays", sh`printf old > ${dir}/real; ln -s real ${path}`, {
      content: "new",
      mode: "0600",
    }),
    one("behind a link to nothing yet", sh`ln -s real ${path}`, { content: "new" }),
    one("a name with spaces, quotes and a newline", sh`:`, { content: "x" }, `${dir}/a b'c"d\ne$f`),
    one("a name that looks like a flag", sh`mkdir ${dir}/-d`, { content: "x" }, `${dir}/-d/-rf`),
  ];
}
