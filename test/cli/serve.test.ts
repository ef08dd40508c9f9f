import { chmodSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { expect, it } from "vitest";
import { State } from "../serve/state.js";
import { surefoot } from "../support/cli.js";
import { folder } from "../support/folder.js";

const TOKEN = "0123456789abcdef0123456789abcdef";
const state = new State();
state.look(new Date().toISOString(), { client1: ["sysctl a"] });

/** Serves until `use` has been with it, then signals it. */
async function serve(
  args: readonly string[],
  signal: NodeJS.Signals,
  use: (address: URL) => Promise<unknown>,
) {
  let used: Promise<unknown> | undefined;
  const ran = await surefoot(["serve", "--state", state.dir, "--port", "0", ...args], {
    watch: (stdout, kill) => {
      if (!stdout.endsWith("\n")) return;
      used ??= use(new URL(stdout.trim())).finally(() => kill(signal));
    },
  });
  return { ...ran, used: await used };
}

it("serves on this machine alone until Ctrl-C, to who has the address that it prints", async () => {
  const ran = await serve([], "SIGINT", async (address) => {
    expect(address.hostname).toBe("127.0.0.1");
    expect(address.searchParams.get("token")).toMatch(/^[\w-]{43}$/);
    const got = await fetch(address, { redirect: "manual" });
    expect(got.status).toBe(303);
    const page = await fetch(new URL("/", address), {
      headers: { Cookie: got.headers.get("set-cookie")?.split(";")[0] ?? "" },
    });
    return page.text();
  });
  expect(ran.exit).toBe(130);
  expect(ran.used).toContain("<b>client1</b>");
});

it("takes a token from a file, does not print it, and ends well when it is told to", async () => {
  const file = join(folder({ token: TOKEN }), "token");
  chmodSync(file, 0o600);
  const ran = await serve(["--token-file", file], "SIGTERM", async (address) => {
    const headers = { Authorization: `Bearer ${TOKEN}` };
    return (await fetch(new URL("/metrics", address), { headers })).status;
  });
  expect([ran.exit, ran.used]).toEqual([0, 200]);
  expect(ran.stdout + ran.stderr).not.toContain(TOKEN);
});

it("refuses what it can't use", async () => {
  const dir = folder({ runs: "", token: TOKEN });
  chmodSync(join(dir, "token"), 0o644);
  writeFileSync(join(dir, "x"), "");
  const open = await surefoot(["serve", "--token-file", join(dir, "token")]);
  expect([open.exit, open.stdout]).toEqual([3, ""]);
  expect(open.stderr).toContain("token-invalid");
  const none = await surefoot(["serve", "--state", dir]);
  expect(none.exit).toBe(3);
  expect(none.stderr).toContain("run-unknown");
  expect((await surefoot(["serve", "--port", "70000"])).exit).toBe(3);
});

it("says where the port is taken", async () => {
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
  const address = other.address();
  const port = typeof address === "object" ? String(address?.port) : "";
  const ran = await surefoot(["serve", "--state", state.dir, "--port", port]);
  other.close();
  expect(ran.exit).toBe(1);
  expect(ran.stderr).toContain("serve-failed");
  expect(ran.stderr).toContain("--port");
});
