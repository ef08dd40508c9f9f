import type { Target } from "../model/target.js";
import { identityFilesOf } from "./auth.js";
import type { Identities } from "./identities.js";
import type { KnownHost } from "./known-hosts.js";
import { onlyByAuthority } from "./known-hosts.js";

/**
 * Whether a target must be reached by the system's ssh, since ssh2 can't do what it asks for: keys in security keys, user
 * certificates, and host certificates (ssh2 1.17 negotiates neither).
 */
export async function needsSystem(
  target: Target,
  identities: Identities,
  entries: readonly KnownHost[],
): Promise<boolean> {
  if (target.transport !== undefined) return target.transport === "system";
  if (onlyByAuthority(entries)) return true;
  for (const file of target.certificateFiles ?? []) {
    if ((await identities.certificate(file)) !== null) return true;
  }
  for (const file of identityFilesOf(target)) {
    if ((await identities.certificate(`${file}-cert.pub`)) !== null) return true;
    if ((await identities.load(file))?.kind === "hardware") return true;
  }
  return false;
}
