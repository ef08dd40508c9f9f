import { cookieOf, sameText } from "./token.js";

/** What of a request decides whether it is let in. */
export interface Asked {
  readonly method: string;
  /** As it stands in the request's first line. */
  readonly target: string;
  readonly host: string | undefined;
  readonly cookie: string | undefined;
  readonly authorization: string | undefined;
}

/** What comes of a request: a status to refuse it by, a page to go to with a cookie, or what is asked for. */
export type Admission =
  | { readonly refused: 400 | 401 | 405 | 421 }
  | { readonly goTo: string; readonly cookie: string }
  | { readonly path: string; readonly query: URLSearchParams };

/** Names under which a browser on this machine, or at the near end of a forwarded port, knows this server. Any other was made to lead here (DNS rebinding). */
const HOSTS = ["127.0.0.1", "localhost"];

/** Judges a request: from this machine's names only, reading only, and with the token, in whatever form. Pure. */
export function admit(
  { method, target, host, cookie, authorization }: Asked,
  token: string,
  name: string,
): Admission {
  // A forwarded port may have another number at the near end, so only the name counts.
  const [, asked = ""] = /^([a-z0-9.-]+)(?::\d{1,5})?$/i.exec(host ?? "") ?? [];
  if (!HOSTS.includes(asked.toLowerCase())) return { refused: 421 };
  if (method !== "GET" && method !== "HEAD") return { refused: 405 };
  const whole = `http://localhost${target}`;
  const url = /^\/(?!\/)/.test(target) && URL.canParse(whole) ? new URL(whole) : undefined;
  if (url === undefined) return { refused: 400 };
  const path = url.pathname;
  const given = url.searchParams.get("token");
  if (given !== null && given !== "") {
    if (!sameText(given, token)) return { refused: 401 };
    url.searchParams.delete("token");
    const rest = url.searchParams.toString();
    return {
      goTo: `${path}${rest === "" ? "" : `?${rest}`}`,
      cookie: `${name}=${cookieOf(token)}; HttpOnly; SameSite=Strict; Path=/`,
    };
  }
  const [, bearer = ""] = /^Bearer +(\S+)$/i.exec(authorization ?? "") ?? [];
  const kept = (cookie ?? "")
    .split(/; */)
    .filter((pair) => pair.startsWith(`${name}=`))
    .map((pair) => pair.slice(name.length + 1));
  const known = sameText(bearer, token) || kept.some((value) => sameText(value, cookieOf(token)));
  return known ? { path, query: url.searchParams } : { refused: 401 };
}
