import { canonical } from "../model/json.js";
import { secrets } from "../model/secret.js";
import type { Become } from "../model/target.js";
import { readSource } from "../secrets/source.js";

/** Reads passwords of `become`, each source once however many hosts share it. */
export function passwordReader(): (become: Become, host: string) => Promise<string> {
  const known = new Map<string, Promise<string>>();
  return (become, host) => {
    const source = become.password;
    if (source === undefined) return Promise.resolve("");
    if ("value" in source) {
      secrets.add(source.value);
      return Promise.resolve(source.value);
    }
    const key = canonical(source);
    const place = { host, at: "become.password" };
    const password = known.get(key) ?? readSource(source, `the ${become.method} password`, place);
    known.set(key, password);
    return password;
  };
}
