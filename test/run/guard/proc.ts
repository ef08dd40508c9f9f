import { readFileSync } from "node:fs";

/** When a process began, as a lease has it: in clock ticks since boot (proc_pid_stat(5), field 22). */
export const startOf = (pid: number): string =>
  readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.split(" ")[19] ?? "";
