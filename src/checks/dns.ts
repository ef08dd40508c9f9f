import { z } from "zod";
import { defineCheck } from "../model/check.js";
import { sh } from "../model/sh.js";
import { address, canonicalAddress, hostName, seconds } from "./shared/params.js";

const params = z.strictObject({
  name: hostName,
  /** Addresses that must be among those found; by default any will do. */
  expect: z.array(address).default([]),
  /** Seconds to wait for each name server (resolv.conf(5)); asked once each. */
  timeout: seconds.default(3),
});

/** Exit status of getent where the name is not found (getent(1)). */
const NO_SUCH_NAME = 2;

/** Name servers and search domains that may be tried one after the other. */
const SERVERS = 6;

/**
 * The host resolves a name as its programs do: by getent, so /etc/hosts and nsswitch.conf count too.
 *
 * @example dns({ name: "www.example.net" })
 */
export const dns = defineCheck(params, {
  kind: "dns",
  key: (p) => p.name,
  title: (p) => `${p.name} resolves`,
  scripts: (p) => [
    sh`command -v getent >/dev/null 2>&1 || { echo 'getent is not on the host' >&2; exit 127; }
RES_OPTIONS=${`timeout:${p.timeout} attempts:1`} getent ahosts ${p.name}`,
  ],
  judge: ([output], p) => {
    const found = [
      ...new Set(
        (output?.stdout ?? "").split("\n").flatMap((line) => {
          const [first = ""] = line.split(/\s/);
          return first === "" ? [] : [canonicalAddress(first)];
        }),
      ),
    ];
    if (found.length === 0) {
      const why = output?.exit === NO_SUCH_NAME ? "" : ` (getent ended with ${output?.exit ?? "nothing"})`;
      const hint = "Look at /etc/resolv.conf on the host, and whether its name servers can be reached.";
      return { verdict: "fail", summary: `${p.name} does not resolve${why}`, hint };
    }
    const missing = p.expect.filter((one) => !found.includes(one));
    const summary = `${p.name} resolves to ${found.join(", ")}`;
    return missing.length === 0
      ? { verdict: "pass", summary }
      : { verdict: "fail", summary: `${summary}, not to ${missing.join(", ")}` };
  },
  timeoutSeconds: (p) => SERVERS * p.timeout + 10,
});
