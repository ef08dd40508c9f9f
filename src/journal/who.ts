import { readFileSync } from "node:fs";
import { hostname, userInfo } from "node:os";
import type { Who } from "./header.js";

/** This process, as journals name it. */
export function thisProcess(): Who {
  const began = beganAt(process.pid);
  return {
    user: userInfo().username,
    host: hostname(),
    pid: process.pid,
    ...(began === undefined ? {} : { began }),
  };
}

/** Whether the process still runs; of one on another machine that is not known. */
export function isRunning(who: Who): boolean | undefined {
  if (who.host !== hostname()) return undefined;
  try {
    process.kill(who.pid, 0);
  } catch (thrown) {
    // Somebody else's process may not be signalled, but it is there.
    if (!(thrown instanceof Error && "code" in thrown && thrown.code === "EPERM")) return false;
  }
  const began = beganAt(who.pid);
  return who.began === undefined || began === undefined || began === who.began;
}

/** Whether the process of a run that is on record still runs. */
export function goesOn({ who }: { readonly who: Who }): boolean | undefined {
  return isRunning(who);
}

/** Clock ticks from the machine's boot to the process's start (proc(5): stat, field 22); undefined where there is no /proc. */
function beganAt(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The second field, the command in brackets, may hold spaces and brackets.
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19];
  } catch {
    return undefined;
  }
}
