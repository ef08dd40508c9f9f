import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import ssh2 from "ssh2";
import { expect, it } from "vitest";
import { SurefootError } from "../../src/model/error.js";
import { parseJump } from "../../src/model/jump.js";
import { certificateHolds, parseCertificate } from "../../src/transport/certificate.js";
import { Identities } from "../../src/transport/identities.js";
import {
  entriesForHost,
  hostNameOf,
  onlyByAuthority,
  parseKnownHosts,
} from "../../src/transport/known-hosts.js";
import { Pace, retryDropped } from "../../src/transport/pace.js";
import { judgeScan } from "../../src/transport/scan.js";
import { sshTransport } from "../../src/transport/ssh.js";
import { newKey } from "../support/keys.js";
import { localTarget } from "../support/target.js";

const dir = mkdtempSync(join(tmpdir(), "surefoot-logins-"));
const keygen = (...args: readonly string[]): void => {
  execFileSync("ssh-keygen", ["-q", ...args], { cwd: dir });
};

it.each([
  ["a", [{ name: "a" }]],
  ["a, b.example", [{ name: "a" }, { name: "b.example" }]],
  ["ops@a:2222", [{ text: "ops@a:2222", address: "a", user: "ops", port: 2222 }]],
  ["ssh://a", [{ text: "a", address: "a" }]],
  ["[fe80::1]:22", [{ text: "[fe80::1]:22", address: "fe80::1", port: 22 }]],
  ["a,", null],
  ["a:0", null],
  ["a:70000", null],
  ["ops@", null],
])("reads the chain of jumps %s", (text, hops) => {
  expect(parseJump(text)).toEqual(hops);
});

it("reads certificates as ssh-keygen makes them, and knows when they hold", () => {
  keygen("-t", "ed25519", "-N", "", "-f", "ca");
  for (const type of ["ed25519", "ecdsa", "rsa"]) {
    keygen("-t", type, "-N", "", "-f", type);
    keygen(
      "-s",
      "ca",
      "-I",
      `id ${type}`,
      "-n",
      "ops",
      "-V",
      "20250101000000Z:20250102000000Z",
      `${type}.pub`,
    );
    const certificate = parseCertificate(readFileSync(join(dir, `${type}-cert.pub`), "utf8"));
    expect(certificate?.keyId).toBe(`id ${type}`);
    if (certificate === null) continue;
    const holds = ["2024-12-31", "2025-01-01", "2025-01-02"].map((day) =>
      certificateHolds(certificate, Date.parse(day)),
    );
    expect(holds).toEqual(["not yet", "yes", "expired"]);
  }
  expect(parseCertificate(readFileSync(join(dir, "ca.pub"), "utf8"))).toBeNull();
});

it("opens an encrypted key, asking once for all who wait for it, and says when the passphrase is wrong", async () => {
  keygen("-t", "ed25519", "-N", "right", "-f", "encrypted");
  const file = join(dir, "encrypted");
  const keys = new Identities();
  const identity = await keys.load(file);
  if (identity?.kind !== "encrypted") throw new Error("not encrypted");
  const pub = readFileSync(`${file}.pub`, "utf8").split(" ")[1];
  expect(identity.blob?.toString("base64")).toBe(pub);
  const typed = ["wrong", "right", "never asked for"];
  const ask = (): Promise<string> => Promise.resolve(typed.shift() ?? "");
  const opened = await Promise.all([1, 2, 3].map(() => keys.open(file, identity.text, undefined, ask)));
  expect(new Set(opened).size).toBe(1);
  expect(typed).toEqual(["never asked for"]);
  const codeOf = (value: string | undefined): Promise<unknown> =>
    new Identities().open(file, identity.text, value === undefined ? undefined : { value }, undefined).then(
      () => "opened",
      (thrown: unknown) => (thrown instanceof SurefootError ? thrown.code : thrown),
    );
  expect(await codeOf("right")).toBe("opened");
  expect(await codeOf("wrong")).toBe("auth-passphrase-wrong");
  expect(await codeOf(undefined)).toBe("auth-passphrase-needed");
});

it("lets eight talk to one server at a time, and others to others", async () => {
  const pace = new Pace();
  const inside: (() => void)[] = [];
  for (let i = 0; i < 20; i++) void pace.enter("a").then((leave) => inside.push(leave));
  await pace.enter("b");
  await new Promise((resolve) => setImmediate(resolve));
  expect(inside).toHaveLength(8);
  inside[0]?.();
  inside[0]?.();
  await new Promise((resolve) => setTimeout(resolve, 10));
  expect(inside).toHaveLength(9);
});

it("tries again when dropped before the banner, and gives up in the end with a code of its own", async () => {
  let count = 0;
  const server = createServer((socket) => {
    count++;
    socket.end("Exceeded MaxStartups\r\n");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const transport = sshTransport();
  const failed = await transport.connect(localTarget("a", { address: "127.0.0.1", port })).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  server.close();
  expect(failed).toMatchObject({ code: "connect-dropped", data: { detail: "Exceeded MaxStartups" } });
  expect(count).toBe(6);
});

it("does not try again what another try would not mend", async () => {
  let count = 0;
  const refused = new SurefootError({ code: "auth-failed", message: "", hint: "" });
  const attempt = (): Promise<never> => {
    count++;
    return Promise.reject(refused);
  };
  await expect(retryDropped(attempt)).rejects.toBe(refused);
  expect(count).toBe(1);
});

const [one = "", other = "", third = ""] = [1, 2, 3].map(() => newKey().public);
const rsa = ssh2.utils.generateKeyPairSync("rsa", { bits: 2048 }).public;
const blob = (line: string): Buffer => Buffer.from(line.split(" ")[1] ?? "", "base64");

it.each([
  ["nothing known", "", [one, rsa], "new"],
  ["one key known", `a ${one}`, [one, rsa], "known"],
  ["another key of its type", `a ${other}`, [one, rsa], "changed"],
  ["one of several", `a ${other}\na ${one}`, [one], "known"],
  ["one known, one contradicted", `a ${one}\na ${third}\na ${rsa}`, [other, rsa], "changed"],
  ["only a key of another type", `a ${rsa}`, [one], "changed"],
  ["a revoked key", `@revoked * ${one}\na ${one}`, [one], "revoked"],
  ["an authority", `@cert-authority * ${other}`, [one], "known"],
])("judges scanned keys beside %s", (_name, file, keys, verdict) => {
  const entries = entriesForHost(parseKnownHosts(file), { name: "a" });
  expect(judgeScan(entries, keys.map(blob))).toBe(verdict);
});

it("takes a host's keys for its other ports only where none speaks of the port", () => {
  const name = hostNameOf({ address: "A", port: 2222 });
  const count = (file: string): number => entriesForHost(parseKnownHosts(file), name).length;
  expect(count(`a ${one}`)).toBe(1);
  expect(count(`a ${one}\n[a]:2222 ${other}`)).toBe(1);
  expect(count(`b ${one}`)).toBe(0);
  const authority = parseKnownHosts(`@cert-authority a ${one}`);
  expect(onlyByAuthority(authority)).toBe(true);
  expect(onlyByAuthority([...authority, ...parseKnownHosts(`a ${other}`)])).toBe(false);
});
