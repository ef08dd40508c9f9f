import { chmodSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { cookieOf, newToken, readToken, sameText } from "../../src/serve/token.js";
import { folder } from "../support/folder.js";

const TOKEN = "0123456789abcdef0123456789abcdef";

function file(text: string, mode: number): string {
  const path = join(folder({ token: text }), "token");
  chmodSync(path, mode);
  return path;
}

it("makes tokens of 256 bits, each another one", () => {
  expect(Buffer.from(newToken(), "base64url")).toHaveLength(32);
  expect(newToken()).not.toBe(newToken());
});

it("makes cookies that are not the token, and the same each time", () => {
  expect(cookieOf(TOKEN)).toBe(cookieOf(TOKEN));
  expect(cookieOf(TOKEN)).not.toContain(TOKEN);
  expect(cookieOf(TOKEN)).not.toBe(cookieOf(`${TOKEN}0`));
});

it.each([
  ["a", "a", true],
  ["a", "b", false],
  ["a", "aa", false],
  ["", "a", false],
] as const)("compares %j and %j", (given, wanted, same) => {
  expect(sameText(given, wanted)).toBe(same);
});

it("reads a token that only its owner can read", async () => {
  expect(await readToken(file(`${TOKEN}\n`, 0o600))).toBe(TOKEN);
  expect(await readToken(file(TOKEN, 0o400))).toBe(TOKEN);
});

it("reads what systemd hands over, which the group that it made may read", async () => {
  const path = file(TOKEN, 0o440);
  expect(await readToken(path, { CREDENTIALS_DIRECTORY: join(path, "..") })).toBe(TOKEN);
  await expect(readToken(path, { CREDENTIALS_DIRECTORY: "/run/credentials" })).rejects.toThrow(
    "open to others",
  );
  chmodSync(path, 0o444);
  await expect(readToken(path, { CREDENTIALS_DIRECTORY: join(path, "..") })).rejects.toThrow(
    "open to others",
  );
});

it.each([
  ["is open to others", TOKEN, 0o640, "open to others"],
  ["is writable by others", TOKEN, 0o602, "open to others"],
  ["is empty", "\n", 0o600, "is empty"],
  ["is short", "secret", 0o600, "holds no token"],
  ["has two lines", `${TOKEN}\n${TOKEN}`, 0o600, "holds no token"],
])("refuses a file that %s", async (_what, text, mode, says) => {
  const refused = readToken(file(text, mode));
  await expect(refused).rejects.toMatchObject({ code: "token-invalid" });
  await expect(refused).rejects.toThrow(says);
});

it("says what is wrong with a file, and never what is in it", async () => {
  await expect(readToken("/nowhere/token")).rejects.toThrow("the token file /nowhere/token can't be read");
  await expect(readToken(file("hunter2", 0o600))).rejects.not.toThrow("hunter2");
});
