import type { Sh } from "../../src/model/sh.js";
import { sh } from "../../src/model/sh.js";
import { directory } from "../../src/resources/directory.js";
import { everything } from "./file.cases.js";
import type { ContractCase, Sandbox } from "./harness.js";

/** What must hold for a directory, whatever was there before. */
export function cases({ dir }: Sandbox): readonly ContractCase[] {
  const path = `${dir}/sub dir`;
  const one = (
    name: string,
    prepare: Sh,
    params: Partial<Parameters<typeof directory>[0]>,
  ): ContractCase => ({
    name,
    needs: "shell",
    prepare,
    task: directory({ path, ...params }),
    snapshot: everything(dir),
  });
  return [
    one("none yet", sh`:`, {}),
    one("none yet, with a mode", sh`:`, { mode: "0700" }),
    one("another mode", sh`mkdir -m 0755 ${path}`, { mode: "1777" }),
    one("as it is", sh`mkdir -m 0750 ${path}`, {}),
    one("to be absent", sh`mkdir -m 0711 ${path}`, { state: "absent" }),
    one("absent already", sh`:`, { state: "absent" }),
    one("behind a link", sh`mkdir -m 0755 ${dir}/real; ln -s real ${path}`, { mode: "0700" }),
  ];
}
