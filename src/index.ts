/**
 * What playbooks import: `import { playbook, route, sysctl, z } from "surefoot"`.
 * @packageDocumentation
 */
export { z } from "zod";
export * from "./checks/index.js";
export type { FactName, Facts } from "./facts/index.js";
export type { AddressFact, DefaultRouteFact, InterfaceFact, NetworkFact } from "./facts/network.js";
export type { OsFact } from "./facts/os.js";
export type { SystemdFact, VersionFact } from "./facts/versions.js";
export type {
  Check,
  CheckKind,
  CheckOptions,
  CheckOutput,
  CheckResult,
  Share,
  Verdict,
} from "./model/check.js";
export { defineCheck } from "./model/check.js";
export type { Json } from "./model/json.js";
export type {
  AnyResource,
  Layer,
  Resource,
  Step,
  TaskFactory,
  TaskOf as Task,
  TaskOptions,
} from "./model/resource.js";
export { defineResource, ProbeError } from "./model/resource.js";
export type { Sh, ShValue } from "./model/sh.js";
export { joinSh, sh, trustedSh } from "./model/sh.js";
export type {
  CheckList,
  Playbook,
  PlaybookContext,
  PlaybookDefinition,
  PlaybookHost,
  TaskList,
} from "./playbook/define.js";
export { playbook } from "./playbook/define.js";
export * from "./resources/index.js";
