import type { Remedy } from "../model/diagnosis.js";
import type { Sh } from "../model/sh.js";
import { quote, sh } from "../model/sh.js";

/** How things are mended: by the playbook where it can, else by a command on the host. */
export interface Remedies {
  /** The playbook on this host, with more words. */
  run(...more: readonly string[]): Remedy;
  /** A command on the host, as root. */
  host(command: Sh): Remedy;
}

/** The remedies of a host. The playbook is only named, never read. */
export function remediesFor(at: {
  readonly playbook: string;
  readonly inventory: string;
  readonly host: string;
}): Remedies {
  const { playbook, inventory, host } = at;
  return {
    run: (...more) => ({
      on: "controller",
      command: ["surefoot", "run", playbook, "-i", inventory, "--limit", host, ...more].map(quote).join(" "),
    }),
    host: (command) => ({ on: "host", command: command.sh }),
  };
}

/** Puts a # before a line of a file, through a link, too. */
export function commentOut(file: string, line: number): Sh {
  return sh`f=$(readlink -f ${file}) && sed -i ${`${line}s/^/# /`} "$f"`;
}
