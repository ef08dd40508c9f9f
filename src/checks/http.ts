import { z } from "zod";
import { defineCheck } from "../model/check.js";
import { sh } from "../model/sh.js";
import { seconds } from "./shared/params.js";
import { contains, wantedText } from "./shared/text.js";

const params = z.strictObject({
  url: z.url({ protocol: /^https?$/, error: "an http or https URL" }),
  /** Status expected; by default any from 200 to 299. Redirects are not followed. */
  status: z.int().min(100).max(599).optional(),
  /** Must be found in the body: a regular expression, or text. */
  body: wantedText.optional(),
  /** Seconds for the whole answer. */
  timeout: seconds.default(10),
});

/** Most bytes of a body that are looked at. */
const BODY_LIMIT = 65_536;

/**
 * An HTTP request from the host is answered, by curl.
 *
 * @example http({ url: "https://www.example.net/", status: 200 })
 */
export const http = defineCheck(params, {
  kind: "http",
  key: (p) => p.url,
  scripts: (p) => [
    sh`command -v curl >/dev/null 2>&1 || { echo 'curl is not on the host' >&2; exit 127; }
curl -sS --max-time ${p.timeout} -w '\\n%{http_code}' ${p.url} | tail -c ${BODY_LIMIT}`,
  ],
  judge: ([output], p) => {
    const text = output?.stdout ?? "";
    const at = text.lastIndexOf("\n");
    const [body, status] = [text.slice(0, Math.max(at, 0)), Number(text.slice(at + 1))];
    if (!(status > 0)) {
      const why = output?.stderr.trim().replace(/^curl: \(\d+\) /, "");
      return {
        verdict: "fail",
        summary: `${p.url} gives no answer${why ? `: ${why}` : ""}`,
        hint: "Look at the name, the route and firewalls on the way.",
      };
    }
    const right = p.status === undefined ? status >= 200 && status < 300 : status === p.status;
    if (!right) {
      return { verdict: "fail", summary: `${p.url} answers ${status}, expected ${p.status ?? "200 to 299"}` };
    }
    if (p.body !== undefined && !contains(body, p.body))
      return { verdict: "fail", summary: `the answer of ${p.url} has no ${String(p.body)}` };
    return { verdict: "pass", summary: `${p.url} answers ${status}` };
  },
  timeoutSeconds: (p) => p.timeout + 5,
});
