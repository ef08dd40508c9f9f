import type { IncomingMessage, Server, ServerResponse } from "node:http";
import { createServer, STATUS_CODES } from "node:http";
import { SurefootError } from "../model/error.js";
import { policyOf } from "../report/html/document.js";
import { admit } from "./admit.js";
import { plainPage } from "./plain.js";
import type { Answer, Site } from "./site.js";

/** The only address that is listened on. Others reach it by what they trust already: a port forwarded by ssh. */
const ADDRESS = "127.0.0.1";
/** Bounds of what a client may cost: bytes of a request's head, milliseconds to send it and to take the answer, connections at a time. */
const HEAD_BYTES = 8_192;
const HEAD_MS = 10_000;
const IDLE_MS = 30_000;
const CONNECTIONS = 64;

/** What is listened with. */
export interface ServeOptions {
  /** 0: any that is free. */
  readonly port: number;
  readonly token: string;
  readonly site: Site;
  /** Hears of what should not have happened. */
  readonly warn: (message: string) => void;
}

/** A server that listens. */
export interface Serving {
  readonly port: number;
  /** Ends all connections, and resolves when nothing is listened on. */
  close(): Promise<void>;
}

/**
 * Listens for browsers and scrapers on this machine.
 * @throws SurefootError `serve-failed` where the port can't be had.
 */
export async function serve({ port, token, site, warn }: ServeOptions): Promise<Serving> {
  const server = createServer({
    maxHeaderSize: HEAD_BYTES,
    headersTimeout: HEAD_MS,
    requestTimeout: HEAD_MS,
    connectionsCheckingInterval: 1_000,
  });
  server.maxConnections = CONNECTIONS;
  server.setTimeout(IDLE_MS);
  const listening = await listen(server, port);
  server.on("request", (request, response) => {
    answer(request, response, { site, token, port: listening }).catch((problem: unknown) => {
      warn(`${request.url?.split("?")[0]}: ${problem instanceof Error ? problem.message : String(problem)}`);
      if (!response.headersSent)
        refuse(response, 500, "Something went wrong here: surefoot serve has said what.");
      response.end();
    });
  });
  return {
    port: listening,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", (cause) => {
      const message = `${ADDRESS}:${port} can't be listened on: ${cause.message}`;
      const hint =
        "Something else may have the port: give another one by --port N, or --port 0 for any that is free.";
      reject(new SurefootError({ code: "serve-failed", message, hint }, { cause }));
    });
    server.listen({ host: ADDRESS, port, exclusive: true }, () => {
      const address = server.address();
      resolve(typeof address === "object" && address !== null ? address.port : port);
    });
  });
}

interface Context extends Pick<ServeOptions, "site" | "token" | "port"> {}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  { site, token, port }: Context,
): Promise<void> {
  // Whatever a request brings with it is of no use here.
  request.resume();
  const { host, cookie, authorization } = request.headers;
  const asked = { method: request.method ?? "", target: request.url ?? "", host, cookie, authorization };
  const admitted = admit(asked, token, `surefoot_${port}`);
  if ("refused" in admitted) return refuse(response, admitted.refused, REFUSALS[admitted.refused]);
  if ("goTo" in admitted) {
    response.writeHead(303, { ...head(false), Location: admitted.goTo, "Set-Cookie": admitted.cookie });
    response.end();
    return;
  }
  const given = await site.answer(admitted.path, admitted.query);
  const same = given.status === 200 && request.headers["if-none-match"] === given.tag;
  send(response, same ? 304 : given.status, given);
}

const REFUSALS: Readonly<Record<400 | 401 | 405 | 421, string>> = {
  400: "That is no path.",
  401: "Open the address that surefoot serve printed, with ?token= and the token behind it.",
  405: "This only tells: GET and HEAD.",
  421: "This machine is asked for by another name than 127.0.0.1 or localhost.",
};

function send(response: ServerResponse, status: number, { type, body, tag, live }: Answer): void {
  response.writeHead(status, {
    ...head(live),
    ETag: tag,
    ...(status === 304 ? {} : { "Content-Type": type, "Content-Length": Buffer.byteLength(body) }),
  });
  // Node leaves the body out where the method is HEAD, or the status has none.
  response.end(status === 304 ? undefined : body);
}

function refuse(response: ServerResponse, status: 400 | 401 | 405 | 421 | 500, why: string): void {
  const body = plainPage(STATUS_CODES[status] ?? "", why);
  response.writeHead(status, {
    ...head(false),
    "Content-Type": "text/html; charset=utf-8",
    "Content-Length": Buffer.byteLength(body),
    Connection: "close",
    ...(status === 401 ? { "WWW-Authenticate": "Bearer" } : {}),
    ...(status === 405 ? { Allow: "GET, HEAD" } : {}),
  });
  response.end(body);
}

/** Headers of every answer: it is kept nowhere, framed by nobody, and may do no more than the page's own policy says. */
function head(live: boolean): Readonly<Record<string, string>> {
  return {
    "Content-Security-Policy": `${policyOf(live)}; frame-ancestors 'none'`,
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
  };
}
