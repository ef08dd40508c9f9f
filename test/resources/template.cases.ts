import { sh } from "../../src/model/sh.js";
import { setTemplateBase } from "../../src/resources/content/render.js";
import { template } from "../../src/resources/template.js";
import { folder } from "../support/folder.js";
import { everything } from "./file.cases.js";
import type { ContractCase, Sandbox } from "./harness.js";

/** What must hold for a rendered file; all else is as for any file. */
export function cases({ dir }: Sandbox): readonly ContractCase[] {
  setTemplateBase(folder({ "t.hbs": "a={{a}}\n{{#each list}}- {{this}}\n{{/each}}" }));
  const path = `${dir}/file`;
  const task = template({ path, template: "t.hbs", vars: { a: "<&>", list: ["x", "y"] }, mode: "0640" });
  const snapshot = everything(dir);
  return [
    { name: "none yet", needs: "shell", prepare: sh`:`, task, snapshot },
    { name: "another content", needs: "shell", prepare: sh`echo old > ${path}`, task, snapshot },
  ];
}
