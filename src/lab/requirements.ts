import { existsSync } from "node:fs";
import { join } from "node:path";
import { SurefootError } from "../model/error.js";

/** Debian packages that the lab needs, by the command that shows that they are there. */
const PACKAGES: Readonly<Record<string, string>> = {
  debootstrap: "debootstrap",
  "systemd-nspawn": "systemd-container",
  ip: "iproute2",
  nft: "nftables",
  nc: "netcat-openbsd",
  "ssh-keygen": "openssh-client",
  nsenter: "util-linux",
};

/** Whether a command is there; folders of the system are searched even where an ordinary user's PATH lacks them. */
function has(command: string): boolean {
  return `${process.env.PATH ?? ""}:/usr/local/sbin:/usr/sbin:/sbin`
    .split(":")
    .some((folder) => folder !== "" && existsSync(join(folder, command)));
}

/**
 * Checks that this machine can hold a lab.
 * @throws SurefootError `lab-requirement` that says all that is missing and how to get it.
 */
export function requireLab(): void {
  if (process.platform !== "linux") {
    throw requirement(
      `The lab needs Linux; this is ${process.platform}.`,
      "Run it on a Linux machine or in a virtual one.",
    );
  }
  const missing = Object.entries(PACKAGES).filter(([command]) => !has(command));
  if (missing.length === 0) return;
  throw requirement(
    `The lab needs ${missing.map(([command]) => command).join(", ")}.`,
    `Install them: apt-get install ${missing.map(([, name]) => name).join(" ")}`,
  );
}

function requirement(message: string, hint: string): SurefootError {
  return new SurefootError({ code: "lab-requirement", message, hint });
}

/** Whether sudo can give root's rights to who is not root. */
export function hasSudo(): boolean {
  return has("sudo");
}

/** The error for someone who is neither root nor has sudo. */
export function needsRoot(): SurefootError {
  return requirement(
    "The lab makes network namespaces, for which it needs root.",
    "Run it as root, or install sudo.",
  );
}
