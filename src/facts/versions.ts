import { ProbeError } from "../model/resource.js";
import { sh } from "../model/sh.js";
import type { Fact } from "./fact.js";

/** A version with its first two numbers, by which features are told. */
export interface VersionFact {
  /** As the host says it: `6.1.0-37-amd64`. */
  readonly text: string;
  readonly major: number;
  readonly minor: number;
}

function version(text: string): VersionFact {
  const [, major = "", minor = "0"] = /(\d+)(?:\.(\d+))?/.exec(text) ?? [];
  if (major === "") {
    throw new ProbeError(`said "${text}", which is no version`, "Look at the command on the host.");
  }
  return { text, major: Number(major), minor: Number(minor) };
}

/** Version of the running kernel (uname(1)). */
export const kernel: Fact<VersionFact> = {
  scripts: [sh`uname -r`],
  parse: ([output = ""]) => version(output.trim()),
};

/** Version of iproute2, null where `ip` is missing or another's. */
export const iproute2: Fact<VersionFact | null> = {
  scripts: [sh`ip -V 2>&1 || :`],
  parse: ([output = ""]) => {
    const found = /iproute2-(?:ss)?([\d.]+)/.exec(output)?.[1];
    return found === undefined ? null : version(found);
  },
};

/** systemd on a host. */
export interface SystemdFact {
  /** Its version, null where it is not installed. */
  readonly version: number | null;
  /** Whether it is process 1 there (sd_booted(3)). */
  readonly running: boolean;
}

/** systemd: its version, and whether it runs the host. */
export const systemd: Fact<SystemdFact> = {
  scripts: [
    sh`[ ! -d /run/systemd/system ] || echo running
systemctl --version 2>/dev/null || :`,
  ],
  parse: ([output = ""]) => {
    const found = /^systemd (\d+)/m.exec(output)?.[1];
    return { version: found === undefined ? null : Number(found), running: /^running$/m.test(output) };
  },
};
