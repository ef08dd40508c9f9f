import { appendFileSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import type { IncomingHttpHeaders } from "node:http";
import { request } from "node:http";
import { connect } from "node:net";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { thisProcess } from "../../src/journal/who.js";
import type { Serving } from "../../src/serve/server.js";
import { serve } from "../../src/serve/server.js";
import { Site } from "../../src/serve/site.js";
import { ended } from "../history/simulate.js";
import { all, parse, textOf } from "../report/html/parse.js";
import { failing, finish, State, start } from "./state.js";

const TOKEN = "0123456789abcdef0123456789abcdef";
const NOW = new Date("2026-01-08T10:30:00.000Z");
const servings: Serving[] = [];
const warnings: string[] = [];
afterAll(async () => {
  for (const one of servings) await one.close();
  expect(warnings).toEqual([]);
});

async function served(dir: string): Promise<number> {
  const site = new Site({ state: dir, version: "1.2.3", path: (path) => path, now: () => NOW });
  const serving = await serve({ port: 0, token: TOKEN, site, warn: (message) => warnings.push(message) });
  servings.push(serving);
  return serving.port;
}

interface Got {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** Asks as given: unlike fetch, it sends any path and any header as they are. */
function ask(
  port: number,
  path: string,
  headers: Readonly<Record<string, string>> = {},
  method = "GET",
): Promise<Got> {
  const known = { Authorization: `Bearer ${TOKEN}` };
  return new Promise((resolve, reject) => {
    const asked = request(
      { host: "127.0.0.1", port, path, method, headers: { ...known, ...headers } },
      (response) => {
        let body = "";
        response.setEncoding("utf8").on("data", (text: string) => {
          body += text;
        });
        response.on("end", () =>
          resolve({ status: response.statusCode ?? 0, headers: response.headers, body }),
        );
      },
    );
    asked.on("error", reject).end();
  });
}

const state = new State();
const [look = "", correction = ""] = state.look(
  "2026-01-08T10:00:00.000Z",
  { c1: ["sysctl <i>a"], c2: [] },
  true,
);
const port = await served(state.dir);

it("lets nobody in without the token, and says why", async () => {
  for (const path of ["/", "/metrics", `/runs/${look}`, "/nothing"]) {
    const got = await ask(port, path, { Authorization: "" });
    expect([path, got.status, got.headers["www-authenticate"]]).toEqual([path, 401, "Bearer"]);
    expect(got.body).toContain("?token=");
    expect(got.body).not.toContain("c1");
  }
});

it("gives who brings the token a cookie, and the address without it", async () => {
  const got = await ask(port, `/?token=${TOKEN}&since=1d`, { Authorization: "" });
  expect([got.status, got.headers.location]).toEqual([303, "/?since=1d"]);
  const [cookie = ""] = got.headers["set-cookie"] ?? [];
  expect(cookie).toMatch(new RegExp(`^surefoot_${port}=[\\w-]{43}; HttpOnly; SameSite=Strict; Path=/$`));
  const again = await ask(port, "/", { Authorization: "", Cookie: cookie.split(";")[0] ?? "" });
  expect(again.status).toBe(200);
});

it("is asked for by this machine's names only, and only tells", async () => {
  expect((await ask(port, "/", { Host: `evil.example:${port}` })).status).toBe(421);
  for (const method of ["POST", "PUT", "DELETE", "OPTIONS"]) {
    const got = await ask(port, "/", { "Content-Length": "0" }, method);
    expect([got.status, got.headers.allow]).toEqual([405, "GET, HEAD"]);
  }
});

it("sends the same headers with every answer", async () => {
  for (const [path, more] of [
    ["/"],
    ["/metrics"],
    ["/nothing"],
    ["/", { Authorization: "" }],
    ["/", { Host: "x" }],
    [`/?token=${TOKEN}`],
  ] as const) {
    const { headers } = await ask(port, path, more);
    expect(headers).toMatchObject({
      "cache-control": "no-store",
      "x-content-type-options": "nosniff",
      "x-frame-options": "DENY",
      "referrer-policy": "no-referrer",
      "cross-origin-resource-policy": "same-origin",
      "cross-origin-opener-policy": "same-origin",
    });
    expect(headers["content-security-policy"]).toMatch(/^default-src 'none'; .*; frame-ancestors 'none'$/);
    expect(headers["x-powered-by"]).toBeUndefined();
  }
});

it("lets a page ask its own server only where it follows something", async () => {
  const policy = async (path: string) => {
    const { headers, body } = await ask(port, path);
    const inPage = all(parse(body), "meta").find(({ attributes }) => attributes.has("http-equiv"));
    expect(headers["content-security-policy"]).toBe(
      `${inPage?.attributes.get("content")}; frame-ancestors 'none'`,
    );
    return headers["content-security-policy"];
  };
  expect(await policy("/")).toContain("connect-src 'self'");
  expect(await policy(`/runs/${look}`)).not.toContain("connect-src");
});

it("answers HEAD as GET, without the body", async () => {
  const [head, get] = [await ask(port, "/", {}, "HEAD"), await ask(port, "/")];
  expect([head.status, head.body]).toEqual([200, ""]);
  expect(head.headers["content-length"]).toBe(String(Buffer.byteLength(get.body)));
});

it("says that nothing has changed to who has it already", async () => {
  const { headers, body } = await ask(port, "/");
  const again = await ask(port, "/", { "If-None-Match": headers.etag ?? "" });
  expect([again.status, again.body]).toEqual([304, ""]);
  expect((await ask(port, "/", { "If-None-Match": '"other"' })).body).toBe(body);
});

it("shows how hosts stand, what happened, and leads to runs", async () => {
  const root = parse((await ask(port, "/")).body);
  const items = all(root, "div").filter(({ attributes }) => attributes.get("id") === "hosts");
  expect(items.flatMap((list) => all(list, "li")).map((one) => textOf(one).trim())).toEqual([
    "c1 in sync",
    "c2 in sync",
  ]);
  const lanes = all(root, "text").filter(({ attributes }) => attributes.get("class") === "lane");
  expect(lanes.map(textOf)).toEqual(["drifted", "corrected", "runs and looks"]);
  const links = all(root, "a").map(({ attributes }) => attributes.get("href") ?? "");
  expect(links).toEqual(
    expect.arrayContaining([
      `/runs/${look}`,
      `/runs/${correction}`,
      `/runs/${correction}#g1`,
      `/runs/${look}#g2`,
    ]),
  );
  for (const link of links)
    expect([link, (await ask(port, link.split("#")[0] ?? "")).status]).toEqual([link, 200]);
});

it("shows a run by the page that --report html makes, with what was before, and a way back", async () => {
  const root = parse((await ask(port, `/runs/${correction}`)).body);
  expect(all(root, "a").map(({ attributes }) => attributes.get("href"))).toEqual(
    expect.arrayContaining(["/", `/runs/${look}`, "#g1"]),
  );
  expect(all(root, "h2").map(textOf)).toEqual(["Fleet", "What happened before", "Details"]);
  expect(textOf(root)).toContain("sysctl <i>a");
  expect(all(root, "i")).toEqual([]);
});

it.each([
  ["/runs/"],
  ["/runs/20260108T100000Z-ffffff"],
  ["/runs/..%2f..%2fetc%2fpasswd"],
  ["/runs/../../etc/passwd"],
  ["/runs/.keep"],
  [`/runs/%2e%2e%2fruns%2f`],
  ["/etc/passwd"],
  ["/runs"],
])("has nothing at %s", async (path) => {
  const got = await ask(port, path);
  expect(got.status).toBe(404);
  expect(got.body).not.toContain("root:");
});

it("says what is wrong with a time", async () => {
  const got = await ask(port, "/?since=yesterday");
  expect(got.status).toBe(400);
  expect(got.body).toContain("flag-invalid");
});

it("tells Prometheus of each fleet's newest look, and of itself", async () => {
  const dir = new State();
  dir.look("2026-01-08T08:00:00.000Z", { c1: [] });
  dir.look("2026-01-08T09:00:00.000Z", { c1: ["a", "b"], c2: [] }, true);
  dir.run("2026-01-08T10:00:00.000Z", { command: "drift", inventory: { path: "/elsewhere/inv", hash: "" } }, [
    start("drift", 0),
    finish(250),
  ]);
  const got = await ask(await served(dir.dir), "/metrics");
  expect(got.headers["content-type"]).toBe("text/plain; version=0.0.4; charset=utf-8");
  const lines = got.body.split("\n").filter((line) => !line.startsWith("#"));
  // Both are `p.ts` on `inv` to those who ran them.
  expect(lines).toEqual(
    expect.arrayContaining([
      'surefoot_drift_hosts{playbook="/p.ts",inventory="/inv",standing="in-sync"} 2',
      'surefoot_drift_found_tasks{playbook="/p.ts",inventory="/inv"} 2',
      'surefoot_drift_corrected_hosts{playbook="/p.ts",inventory="/inv"} 1',
      'surefoot_drift_last_run_duration_seconds{playbook="/p.ts",inventory="/elsewhere/inv"} 0.25',
      'surefoot_build_info{version="1.2.3"} 1',
    ]),
  );
  const series = lines.map((line) => line.replace(/ [^ ]*$/, ""));
  expect(new Set(series).size).toBe(series.length);
});

it("follows a run that grows, and ends with it", async () => {
  const dir = new State();
  const run = dir.run("2026-01-08T10:00:00.000Z", { who: thisProcess() }, [
    start("run", 3),
    { type: "host-phase", host: "c1", phase: "apply" },
  ]);
  const at = await served(dir.dir);
  const overview = parse((await ask(at, "/")).body);
  expect(textOf(overview)).toContain(`Goes on: run ${run}`);
  const seenNow = async () => {
    const { body } = await ask(at, `/runs/${run}`);
    const root = parse(body);
    const tiles = all(root, "button").map(textOf);
    const [shell] = all(root, "body");
    return { tiles, live: shell?.attributes.get("data-live"), text: textOf(root) };
  };
  const seen = await seenNow();
  expect([seen.tiles, seen.live]).toEqual([["1 in flight"], "3"]);
  expect(seen.text).toContain("It goes on. 2 hosts of 3 were not begun with.");
  const add = (event: object): void =>
    appendFileSync(dir.file(run), `${JSON.stringify({ ...event, at: "2026-01-08T10:00:09.000Z" })}\n`);
  add(ended("c1", "changed"));
  appendFileSync(dir.file(run), '{"type":"host-fin');
  await expect.poll(async () => (await seenNow()).tiles).toEqual(["1 changed"]);
  appendFileSync(
    dir.file(run),
    `ished","host":"c2","outcome":"failed","ms":1,"at":"2026-01-08T10:00:10.000Z"}\n`,
  );
  add(failing("c3", "unreachable"));
  add(finish());
  await expect.poll(async () => (await seenNow()).tiles).toEqual(["1 failed", "1 unreachable", "1 changed"]);
  expect((await seenNow()).live).toBeUndefined();
});

it("says of a damaged journal what is wrong, and shows the others", async () => {
  const dir = new State();
  const [good] = dir.look("2026-01-08T09:00:00.000Z", { c1: [] });
  dir.write("20260108T100000Z-bad000", "no journal\n{}\n");
  dir.write("20260108T100100Z-bad001", "");
  const at = await served(dir.dir);
  const bad = await ask(at, "/runs/20260108T100000Z-bad000");
  expect(bad.status).toBe(500);
  expect(bad.body).toContain("run-invalid");
  expect((await ask(at, "/runs/20260108T100100Z-bad001")).body).toContain("before anything was done");
  const overview = await ask(at, "/");
  expect(overview.body).toContain("2 journals can't be read");
  expect(overview.body).toContain(`/runs/${good}`);
  expect((await ask(at, "/metrics")).body).toContain('standing="in-sync"} 1');
});

it("goes on where the folder of the journals can't be read for a while", async () => {
  const dir = new State();
  const at = await served(dir.dir);
  expect((await ask(at, "/")).body).toContain("No run is recorded here");
  rmSync(join(dir.dir, "runs"), { recursive: true });
  writeFileSync(join(dir.dir, "runs"), "no folder");
  const got = await ask(at, "/?since=1d");
  expect([got.status, got.body.includes("run-unknown")]).toEqual([500, true]);
  rmSync(join(dir.dir, "runs"));
  mkdirSync(join(dir.dir, "runs"));
  expect((await ask(at, "/?since=1d")).status).toBe(200);
});

it("is not to be had at another address, nor where the port is taken", async () => {
  const site = new Site({ state: state.dir, version: "1", path: (path) => path });
  const refused = serve({ port, token: TOKEN, site, warn: () => undefined });
  await expect(refused).rejects.toMatchObject({ code: "serve-failed" });
  await expect(
    new Promise((resolve, reject) => {
      const socket = connect({ host: "127.0.0.2", port }, () => resolve(socket.destroy()));
      socket.on("error", reject);
    }),
  ).rejects.toThrow("ECONNREFUSED");
});

it("refuses a request that is too long", async () => {
  expect((await ask(port, `/?${"x".repeat(20_000)}`)).status).toBe(431);
});
