import type { ErrorData } from "../model/error.js";
import { SurefootError, SurefootErrors } from "../model/error.js";
import { secrets } from "../model/secret.js";
import type { Host } from "./host.js";
import type { Located } from "./located.js";
import { isMap } from "./located.js";
import { isSecretName } from "./mask.js";
import type { Secret } from "./secret.js";

/**
 * Reads the secrets that some variables of some hosts hold; those of others are left alone. A plain value whose name says that it is a
 * password is a secret from here on, too.
 * @param names The variables that a playbook names.
 * @throws SurefootErrors all that can't be read, each once.
 */
export async function readSecrets(hosts: readonly Host[], names: readonly string[]): Promise<void> {
  const found = new Set<Secret>();
  const seen = new Set<Located>();
  for (const { vars } of hosts) {
    for (const name of names) {
      const located = vars.get(name);
      if (located !== undefined) collect(located, isSecretName(name), found, seen);
    }
  }
  const errors = new Map<string, ErrorData>();
  await Promise.all(
    [...found].map(async (secret) => {
      try {
        await secret.read();
      } catch (thrown) {
        if (!(thrown instanceof SurefootError)) throw thrown;
        errors.set(JSON.stringify([thrown.data.message, thrown.data.place]), thrown.data);
      }
    }),
  );
  if (errors.size > 0) throw new SurefootErrors([...errors.values()]);
}

/** Makes the plain values of hosts known as secrets whose names say that they are; what is kept elsewhere is not read. */
export function knowPlainSecrets(hosts: readonly Host[]): void {
  const seen = new Set<Located>();
  for (const { vars } of hosts)
    for (const [name, located] of vars) collect(located, isSecretName(name), new Set(), seen);
}

function collect(located: Located, named: boolean, found: Set<Secret>, seen: Set<Located>): void {
  // Hosts of a group share what the group says.
  if (seen.has(located)) return;
  seen.add(located);
  const { value, secret } = located;
  if (secret !== undefined) found.add(secret);
  else if (isMap(value)) {
    for (const [key, inner] of value) collect(inner, named || isSecretName(key), found, seen);
  } else if (Array.isArray(value)) {
    for (const inner of value) collect(inner, named, found, seen);
  } else if (named && typeof value === "string") secrets.add(value);
}
