import { z } from "zod";
import { defineCheck } from "../model/check.js";
import { sh } from "../model/sh.js";
import { hostName, seconds } from "./shared/params.js";

const params = z.strictObject({
  host: hostName,
  /** Echo requests, one a second. */
  count: z.int().min(1).max(60).default(3),
  /** How many of them must be answered. */
  answered: z.int().min(1).default(1),
  /** Seconds to wait for the last answer. */
  timeout: seconds.default(2),
});

/**
 * A host answers ICMP echo requests. All of them go by one gateway: this says nothing of the balance, nor of the other gateways.
 *
 * @example ping({ host: "10.0.0.1" })
 */
export const ping = defineCheck(params, {
  kind: "ping",
  key: (p) => p.host,
  scripts: (p) => [
    sh`command -v ping >/dev/null 2>&1 || { echo 'ping is not on the host' >&2; exit 127; }
ping -n -c ${p.count} -W ${p.timeout} ${p.host}`,
  ],
  judge: ([output], p) => {
    const [, sent, received] =
      /(\d+) packets transmitted, (\d+) (?:packets )?received/.exec(output?.stdout ?? "") ?? [];
    if (sent === undefined || received === undefined) {
      const why = output?.stderr.trim().replace(/^ping: /, "") ?? "";
      const refused = /permitted|permission/i.test(why);
      return {
        verdict: refused ? "unknown" : "fail",
        summary: `${p.host} could not be pinged${why === "" ? "" : `: ${why}`}`,
        hint: refused
          ? "Let it run as root: `become: true`."
          : "Does the name resolve, and is there a route?",
      };
    }
    const summary = `${p.host} answered ${received} of ${sent} echo requests`;
    return Number(received) >= Math.min(p.answered, p.count)
      ? { verdict: "pass", summary }
      : { verdict: "fail", summary, hint: "Is it up, and does it answer pings at all?" };
  },
  timeoutSeconds: (p) => p.count + p.timeout + 10,
});
