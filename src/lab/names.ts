import { join } from "node:path";
import { SurefootError } from "../model/error.js";

/** Ways in which a client lets its operator in. */
export const VARIANTS = ["nopasswd", "sudo-password", "root-only", "no-sudo"] as const;
/** One of {@link VARIANTS}. */
export type Variant = (typeof VARIANTS)[number];

/** What may own a client's network. */
export const OWNERS = ["ifupdown", "networkd", "networkmanager"] as const;
/** One of {@link OWNERS}. */
export type NetworkOwner = (typeof OWNERS)[number];

/** Password of the user `ops` on clients whose sudo asks for one: the lab is no secret. */
export const OPS_PASSWORD = "lab-password";

/** The boxes that are no clients, with their addresses. */
export const BOXES = ["bastion", "nat1", "nat2", "internet"] as const;

/** Addresses of the lab's three networks; everything lives in namespaces, so they can't meet the machine's own. */
export const ADDRESS = {
  bastion: "10.20.0.2",
  /** Where the internet's echo server answers with the source address that it saw. */
  echo: "203.0.113.10",
  echoPort: 80,
  nat1: { core: "10.20.0.11", lan: "192.168.1.1", wan: "203.0.113.221" },
  nat2: { core: "10.20.0.12", lan: "192.168.1.10", wan: "203.0.113.99" },
} as const;

/** Clients have addresses from .21 up to .254 in their /24. */
export const MAX_CLIENTS = 234;

/** Address of a client by its number, from 1. */
export function clientAddress(n: number): string {
  return `192.168.1.${20 + n}`;
}

/** Name of a client by its number, from 1. */
export function clientName(n: number): string {
  return `client${n}`;
}

/** Number of a client by its name, or null where that is no client's name. */
export function clientNumber(name: string): number | null {
  const match = /^client([1-9]\d*)$/.exec(name);
  return match === null ? null : Number(match[1]);
}

/** One lab's names and folders. */
export interface LabPaths {
  readonly lab: string;
  /** This lab's own folder. */
  readonly dir: string;
  /** Where base images are kept, shared by all labs of the machine. */
  readonly bases: string;
  /** Keys and known_hosts of the lab's user. */
  readonly ssh: string;
  client(name: string): string;
  /** The network namespace of a box, as `ip netns` names it. */
  netns(box: string): string;
}

/**
 * Names and folders of the lab that `SUREFOOT_LAB` names (`lab` by default), below `SUREFOOT_LAB_DIR` (/var/lib/surefoot by default).
 * @throws SurefootError `flag-invalid` for a name that namespaces can't bear.
 */
export function labPaths(env: NodeJS.ProcessEnv = process.env): LabPaths {
  const lab = env.SUREFOOT_LAB ?? "lab";
  if (!/^[a-z][a-z0-9]{0,19}$/.test(lab)) {
    throw new SurefootError({
      code: "flag-invalid",
      message: `"${lab}" is no name for a lab`,
      hint: "SUREFOOT_LAB takes up to 20 small letters and digits.",
    });
  }
  const root = env.SUREFOOT_LAB_DIR ?? "/var/lib/surefoot";
  const dir = join(root, "labs", lab);
  return {
    lab,
    dir,
    bases: join(root, "base"),
    ssh: join(dir, "ssh"),
    client: (name) => join(dir, "clients", name),
    netns: (box) => `sf-${lab}-${box}`,
  };
}
