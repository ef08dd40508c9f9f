import { z } from "zod";
import { defineCheck } from "../model/check.js";
import { sh } from "../model/sh.js";
import { CONNECT } from "./shared/connect.js";
import { hostName, inUrl, port, seconds } from "./shared/params.js";

const params = z.strictObject({
  host: hostName,
  port,
  /** Seconds to wait for the connection. */
  timeout: seconds.default(5),
});

/**
 * A TCP connection from the host to somewhere else is accepted.
 *
 * @example tcp({ host: "db1.example.net", port: 5432 })
 */
export const tcp = defineCheck(params, {
  kind: "tcp",
  key: (p) => `${inUrl(p.host)}:${p.port}`,
  scripts: (p) => [
    sh`${CONNECT}
connect ${inUrl(p.host)} ${p.port} ${p.timeout}
echo $result`,
  ],
  judge: ([output], p) => {
    const to = `${inUrl(p.host)}:${p.port}`;
    const said = output?.stdout.trim();
    if (said === "open") return { verdict: "pass", summary: `${to} accepts connections` };
    const summary =
      said === "refused" ? `${to} refuses connections` : `${to} does not answer within ${p.timeout} s`;
    const hint =
      said === "refused"
        ? "Something answers there, but nothing listens on that port."
        : "Look at the route, at firewalls on the way, and whether the name resolves on the host.";
    return { verdict: "fail", summary, hint };
  },
  timeoutSeconds: (p) => p.timeout + 10,
});
