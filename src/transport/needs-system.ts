import { SurefootError } from "../model/error.js";
import type { Target } from "../model/target.js";
import { identityFilesOf } from "./auth.js";
import { certificateHolds } from "./certificate.js";
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

/** Says of a refused login that a certificate which was to be shown has expired or does not hold yet, where that is so. */
export async function explainRefusal(
  target: Target,
  identities: Identities,
  thrown: unknown,
  now = Date.now(),
): Promise<unknown> {
  if (!(thrown instanceof SurefootError) || thrown.code !== "auth-failed") return thrown;
  const beside = identityFilesOf(target).map((file) => `${file}-cert.pub`);
  for (const file of [...(target.certificateFiles ?? []), ...beside]) {
    const certificate = await identities.certificate(file);
    const holds = certificate === null ? "yes" : certificateHolds(certificate, now);
    if (certificate === null || holds === "yes") continue;
    const day = (seconds: bigint): string => new Date(Number(seconds) * 1000).toISOString();
    const when = holds === "expired" ? day(certificate.validBefore) : day(certificate.validAfter);
    return new SurefootError(
      {
        ...thrown.data,
        code: "auth-certificate-expired",
        message: `the certificate ${file} (${certificate.keyId}) ${holds === "expired" ? `expired at ${when}` : `does not hold before ${when}`}`,
        hint: "Have the key signed anew, and check the clocks of this machine and the host.",
      },
      { cause: thrown },
    );
  }
  return thrown;
}
