import type { Sh } from "../../src/model/sh.js";
import { sh } from "../../src/model/sh.js";
import { directory } from "../../src/resources/directory.js";
import type { ContractCase, Sandbox } from "./harness.js";
import { IS_ROOT, ODD_NAMES, tree } from "./tree.js";

/** What must hold for a directory, whatever was there before. */
export function cases(sandbox: Sandbox): readonly ContractCase[] {
  const path = `${sandbox.dir}/d`;
  const one = (
    name: string,
    prepare: Sh,
    params: Partial<Parameters<typeof directory>[0]> = {},
  ): ContractCase => ({
    name,
    needs: "shell",
    prepare,
    task: directory({ path, ...params }),
    snapshot: tree(sandbox),
  });
  const absent = { state: "absent" } as const;
  return [
    one("a new one", sh`:`),
    one("a new one with a mode", sh`:`, { mode: "0700" }),
    one("a new one with the sticky bit", sh`:`, { mode: "1777" }),
    one("is there, with things in it", sh`mkdir -m 0751 ${path}; echo x > ${path}/f`),
    one("mode alone", sh`mkdir -m 0777 ${path}; echo x > ${path}/f`, { mode: "0750" }),
    one("a set-group-ID bit to come", sh`mkdir -m 0755 ${path}`, { mode: "2755" }),
    one("a set-group-ID bit to go, which chmod likes to keep", sh`mkdir ${path}; chmod 2755 ${path}`, {
      mode: "0755",
    }),
    one("in a folder that hands its set-group-ID bit down", sh`chmod g+s ${sandbox.dir}`, { mode: "0755" }),
    one("what a symlink leads to", sh`mkdir -m 0755 ${sandbox.dir}/t; ln -s t ${path}`, { mode: "0700" }),
    one("to be absent", sh`mkdir -m 0711 ${path}`, absent),
    one("to be absent, and is", sh`:`, absent),
    ...ODD_NAMES.map((name) =>
      one(`a name like ${JSON.stringify(name)}`, sh`:`, { path: `${sandbox.dir}/${name}`, mode: "0700" }),
    ),
    ...(IS_ROOT
      ? [
          one("a new one for another user", sh`:`, { owner: "daemon", group: "sys", mode: "2770" }),
          one("owner and group", sh`mkdir -m 2770 ${path}`, { owner: "1", group: "sys" }),
          one("another user's to be absent", sh`mkdir -m 1700 ${path}; chown 1:54321 ${path}`, absent),
        ]
      : []),
  ];
}
