import type { Sh } from "../../src/model/sh.js";
import { sh } from "../../src/model/sh.js";
import { file } from "../../src/resources/file.js";
import type { ContractCase, Sandbox } from "./harness.js";
import { IS_ROOT, ODD_NAMES, tree } from "./tree.js";

const BYTES = Uint8Array.from({ length: 256 }, (_, i) => i);
const TRICKY =
  "quotes ' \" `id` $(id) $HOME\n100% %s \\n \\0\\\r\n\ttab\u{FEFF} ünïcode ✓ \u0081\u0088\u2028 \x1b[31m\n'''";

/** What must hold for a file, whatever was there before. */
export function cases(sandbox: Sandbox): readonly ContractCase[] {
  const { dir } = sandbox;
  const path = `${dir}/f`;
  const put = (text: string, mode = "0644"): Sh => sh`printf %s ${text} > ${path}; chmod ${mode} ${path}`;
  const putBytes = sh`printf %s ${Buffer.from(BYTES).toString("base64")} | base64 -d > ${path}`;
  type Params = Partial<Parameters<typeof file>[0]>;
  const one = (name: string, prepare: Sh, params: Params): ContractCase => ({
    name,
    needs: "shell",
    prepare,
    task: file({ path, ...params }),
    snapshot: tree(sandbox),
  });
  const motd = { content: "hello\n" };
  const absent = { state: "absent" } as const;
  return [
    one("a new file", sh`:`, motd),
    one("a new file with a mode", sh`:`, { ...motd, mode: "0600" }),
    one("a new file that may be executed as its owner", sh`:`, { ...motd, mode: "4755" }),
    one("other content", put("bye\n"), motd),
    one("other content, and an odd mode that stays", put("bye\n", "2751"), motd),
    one("other content and mode", put("bye\n", "0444"), { ...motd, mode: "0640" }),
    one("in sync", put("hello\n", "0640"), { ...motd, mode: "640" }),
    one("mode alone", put("hello\n", "0666"), { ...motd, mode: "0644" }),
    one("only the newline at the end differs", put("hello"), motd),
    one("newlines at the end", put("hello\n"), { content: "hello\n\n\n" }),
    one("to be empty", put("hello\n"), { content: "" }),
    one("was empty", put(""), motd),
    one("new and empty", sh`:`, { content: "" }),
    one("bytes over text", put("hello\n"), { content: BYTES }),
    one("text over bytes", putBytes, motd),
    one("bytes in sync", putBytes, { content: BYTES }),
    one("text that a shell might touch", put("hello\n"), { content: TRICKY }),
    one("text that a shell might touch is there", put(TRICKY), motd),
    one("half a megabyte", put("hello\n"), { content: "it's long\n".repeat(52_429) }),
    one("mode of a file whose content is not managed", put("theirs\n"), { mode: "0600" }),
    one("mode of a file that is not there", sh`:`, { mode: "0600" }),
    one("to be absent", put("hello\n", "0640"), absent),
    one("to be absent, of bytes", putBytes, absent),
    one("to be absent, and is", sh`:`, absent),
    one(
      "to be absent: a symlink goes, what it leads to stays",
      sh`echo x > ${dir}/t; ln -s t ${path}`,
      absent,
    ),
    one("to be absent: a symlink that leads nowhere", sh`ln -s ${ODD_NAMES.join(" ")} ${path}`, absent),
    one("to be absent: a symlink to a folder", sh`mkdir ${dir}/t; ln -s t ${path}`, absent),
    one("through a symlink", sh`echo x > ${dir}/t; chmod 0600 ${dir}/t; ln -s t ${path}`, motd),
    one(
      "through symlinks into other folders",
      sh`mkdir ${dir}/a ${dir}/b; echo x > ${dir}/b/t; ln -s ../b/t ${dir}/a/l; ln -s ${dir}/a/l ${path}`,
      { ...motd, mode: "0600" },
    ),
    one("through a symlink that leads nowhere yet", sh`mkdir ${dir}/a; ln -s a/t ${path}`, motd),
    one("through a symlink to a name that ends with newlines", sh`ln -s ${"t\n\n"} ${path}`, motd),
    one("in a folder that is a symlink", sh`mkdir ${dir}/a; ln -s a ${dir}/d`, {
      ...motd,
      path: `${dir}/d/f`,
    }),
    ...ODD_NAMES.map((name) =>
      one(
        `a name like ${JSON.stringify(name)}`,
        sh`mkdir ${`${dir}/${name}`}; echo old > ${`${dir}/${name}/${name}`}`,
        {
          ...motd,
          path: `${dir}/${name}/${name}`,
          mode: "0600",
        },
      ),
    ),
    ...(IS_ROOT ? ownerCases(dir, one, put) : []),
  ];
}

type One = (name: string, prepare: Sh, params: Partial<Parameters<typeof file>[0]>) => ContractCase;

/** 54321 is nobody's number; daemon and sys are on every Linux (Linux Standard Base, users and groups). */
function ownerCases(
  dir: string,
  one: One,
  put: (text: string, mode?: string) => Sh,
): readonly ContractCase[] {
  const path = `${dir}/f`;
  const motd = { content: "hello\n" };
  return [
    one("a new file for another user", sh`:`, { ...motd, owner: "daemon", group: "sys", mode: "0640" }),
    one("owner and group, by name", put("hello\n"), { ...motd, owner: "daemon", group: "sys" }),
    one("owner and group, by number", put("bye\n"), { ...motd, owner: "1", group: "54321" }),
    one("in sync by number", sh`${put("hello\n")}; chown 1:54321 ${path}`, {
      ...motd,
      owner: "1",
      group: "54321",
    }),
    one("group alone", put("hello\n"), { group: "sys" }),
    one("owner of a set-user-ID file, which chown would clear", put("hello\n", "4755"), { owner: "daemon" }),
    one("content of a file that nobody known owns", sh`${put("bye\n")}; chown 54321:54321 ${path}`, motd),
    one(
      "content of another user's set-user-ID file",
      sh`${put("bye\n")}; chown 1:3 ${path}; chmod 6755 ${path}`,
      motd,
    ),
    one("another user's file to be absent", sh`${put("bye\n", "0600")}; chown 1:54321 ${path}`, {
      state: "absent",
    }),
    one("another user's symlink to be absent", sh`ln -s x ${path}; chown -h 1:3 ${path}`, {
      state: "absent",
    }),
    one("back to root", sh`${put("bye\n")}; chown 1:3 ${path}`, { ...motd, owner: "root", group: "0" }),
    one("in a folder that hands its group down", sh`chgrp sys ${dir}; chmod 2775 ${dir}`, motd),
    one(
      "root's group in a folder that hands its own down",
      sh`chgrp sys ${dir}; chmod 2775 ${dir}; ${put("x")}; chgrp 0 ${path}`,
      motd,
    ),
  ];
}
