import type { Sh } from "../../src/model/sh.js";
import { sh } from "../../src/model/sh.js";
import { template } from "../../src/resources/template.js";
import type { ContractCase, Sandbox } from "./harness.js";
import { tree } from "./tree.js";

/** Read from the folder of the tests wherever they are started. */
const MOTD = new URL("./templates/motd.hbs", import.meta.url).pathname;

/** Files hold the laws; here is only what rendering adds. */
export function cases(sandbox: Sandbox): readonly ContractCase[] {
  const path = `${sandbox.dir}/motd`;
  const one = (
    name: string,
    prepare: Sh,
    more: Partial<Parameters<typeof template>[0]> = {},
  ): ContractCase => ({
    name,
    needs: "shell",
    prepare,
    task: template({
      path,
      template: MOTD,
      vars: { name: 'it\'s "north"', gateways: [{ address: "192.168.1.1" }, { address: "192.168.1.10" }] },
      ...more,
    }),
    snapshot: tree(sandbox),
  });
  return [
    one("a new file", sh`:`),
    one("other variables", sh`echo 'Welcome to south' > ${path}`, { vars: { name: "south", gateways: [] } }),
    one("a mode of its own, through a symlink", sh`: > ${sandbox.dir}/t; ln -s t ${path}`, { mode: "0600" }),
  ];
}
