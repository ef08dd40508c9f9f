import { readFileSync } from "node:fs";
import type { IncomingMessage, RequestListener } from "node:http";
import { createServer } from "node:http";
import { join } from "node:path";
import { afterEach, expect, it } from "vitest";
import { secrets } from "../../src/model/secret.js";
import type { Notice } from "../../src/notify/notice.js";
import type { Receiver } from "../../src/notify/receiver.js";
import { parseReceiver } from "../../src/notify/receiver.js";
import { openReceiver } from "../../src/notify/send.js";
import { folder } from "../support/folder.js";

const NOTICE: Notice = {
  v: 1,
  summary: "ecmp on production: 1 host drifted",
  text: "ecmp on production: 1 host drifted\n1 host drifted: it's 'web1'",
  run: "r1",
  at: "2026-12-01T12:00:00.000Z",
  playbook: "playbooks/ecmp.ts",
  inventory: "inventories/production",
  hosts: { "in-sync": 0, drifted: 1, flapping: 0, unreachable: 0, unknown: 0 },
  changes: [{ host: "web1", to: "drifted", corrected: false, things: [] }],
};

const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

/** A server that answers in turn, and what it got. */
async function serve(
  ...answers: readonly number[]
): Promise<{ readonly url: string; readonly got: unknown[] }> {
  const got: unknown[] = [];
  const listener: RequestListener = (request, response) => {
    void body(request).then((text) => {
      const status = answers[got.length] ?? 200;
      got.push({ method: request.method, url: request.url, body: JSON.parse(text) });
      response.writeHead(status, { location: "http://127.0.0.1:9/elsewhere" }).end();
    });
  };
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  closers.push(() => server.close());
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return { url: `http://127.0.0.1:${address.port}/hooks/t0ken-of-the-chat`, got };
}

async function body(request: IncomingMessage): Promise<string> {
  let text = "";
  for await (const chunk of request) text += String(chunk);
  return text;
}

const send = async (receiver: Receiver): Promise<void> => (await openReceiver(receiver))(NOTICE);

it("posts JSON once where it is taken", async () => {
  const { url, got } = await serve(204);
  await send({ kind: "webhook", url });
  expect(got).toEqual([{ method: "POST", url: "/hooks/t0ken-of-the-chat", body: NOTICE }]);
});

it("reads the address from a file, and shows it nowhere", async () => {
  const { url, got } = await serve(403);
  const file = join(folder({ hook: `${url}\n` }), "hook");
  await expect(send({ kind: "webhook", file })).rejects.toMatchObject({
    data: {
      code: "notify-failed",
      message: expect.stringMatching(/^nobody was told .* 127\.0\.0\.1:\d+ answered 403$/),
    },
  });
  expect(got).toHaveLength(1);
  expect(secrets.mask(`posting to ${url}`)).not.toContain("t0ken");
});

it("tries once more where that may help", async () => {
  const busy = await serve(503, 200);
  await send({ kind: "webhook", url: busy.url });
  expect(busy.got).toHaveLength(2);
  const broken = await serve(500, 502);
  await expect(send({ kind: "webhook", url: broken.url })).rejects.toThrow(/answered 502/);
  expect(broken.got).toHaveLength(2);
});

it("is led to no other address", async () => {
  const { url } = await serve(307);
  await expect(send({ kind: "webhook", url })).rejects.toThrow(/answered 307/);
});

it("says that nobody listens, without the path", async () => {
  const { url } = await serve();
  for (const close of closers.splice(0)) close();
  const error: unknown = await send({ kind: "webhook", url }).catch((thrown: unknown) => thrown);
  expect(String(error)).toMatch(/127\.0\.0\.1:\d+ could not be reached \(ECONNREFUSED\)/);
  expect(String(error)).not.toContain("t0ken");
});

it("gives a command JSON on stdin, and text in its environment", async () => {
  const dir = folder({});
  const command = `cat > ${dir}/json; printf '%s' "$SUREFOOT_SUMMARY" > ${dir}/summary; printf '%s' "$SUREFOOT_TEXT" > ${dir}/text`;
  await send({ kind: "command", command });
  const read = (name: string): string => readFileSync(join(dir, name), "utf8");
  expect(JSON.parse(read("json"))).toEqual(NOTICE);
  expect(read("summary")).toBe(NOTICE.summary);
  expect(read("text")).toBe(NOTICE.text);
});

it("tells of a command that fails what it said, and minds none that reads nothing", async () => {
  await send({ kind: "command", command: "exit 0" });
  await expect(send({ kind: "command", command: "echo no such list >&2; exit 67" })).rejects.toMatchObject({
    data: { code: "notify-failed", message: expect.stringContaining("failed (67)"), detail: "no such list" },
  });
});

it("waits for nothing that a command leaves behind", async () => {
  await send({ kind: "command", command: "sleep 60 & exit 0" });
});

it.each(["webhook=", "webhook=@", "webhook=ftp://x/", "webhook=not an address", "command=", "mail=x", "x"])(
  "refuses %j",
  (text) => {
    expect(() => parseReceiver(text)).toThrow(expect.objectContaining({ code: "flag-invalid" }));
  },
);

it("refuses a file without an address, and one that can't be read, before anything is told", async () => {
  const dir = folder({ hook: "none\n" });
  await expect(openReceiver({ kind: "webhook", file: join(dir, "hook") })).rejects.toMatchObject({
    data: { code: "flag-invalid" },
  });
  await expect(openReceiver({ kind: "webhook", file: join(dir, "none") })).rejects.toMatchObject({
    data: { code: "secret-unavailable" },
  });
});
