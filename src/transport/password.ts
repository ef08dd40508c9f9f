import { secrets } from "../model/secret.js";
import type { Become } from "../model/target.js";
import { readSource } from "../secrets/source.js";

/** Reads passwords of `become`, and has them masked from then on. */
export function passwordReader(): (become: Become, host: string) => Promise<string> {
  return (become, host) => {
    const source = become.password;
    if (source === undefined) return Promise.resolve("");
    if ("value" in source) {
      secrets.add(source.value);
      return Promise.resolve(source.value);
    }
    return readSource(source, `the ${become.method} password`, { host, at: "become.password" });
  };
}
