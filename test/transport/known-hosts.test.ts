import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import {
  entriesForHost,
  fingerprintOf,
  hostKeyAlgorithms,
  judgeHostKey,
  keyType,
  knownHostName,
  parseKnownHosts,
} from "../../src/transport/known-hosts.js";
import { newKey } from "../support/keys.js";

const [one = "", other = ""] = [1, 2].map(() => newKey().public);
const blob = (line: string): Buffer => Buffer.from(line.split(" ")[1] ?? "", "base64");
const judge = (file: string, name: string, key = one) =>
  judgeHostKey(entriesForHost(parseKnownHosts(file), { name }), blob(key));

it.each([
  ["the very name", `web1 ${one}`, "web1", "known"],
  ["one of several names", `web1,10.0.0.1 ${one}`, "10.0.0.1", "known"],
  ["another name", `web1 ${one}`, "web2", "unknown"],
  ["a longer name", `web1 ${one}`, "web11", "unknown"],
  ["a glob", `web*,db? ${one}`, "db7", "known"],
  ["a negated glob", `web*,!web9 ${one}`, "web9", "unknown"],
  ["a dot that is no wildcard", `a.b ${one}`, "axb", "unknown"],
  ["a port", `[web1]:2222 ${one}`, knownHostName("web1", 2222), "known"],
  ["the port's default", `web1 ${one}`, knownHostName("WEB1", 22), "known"],
  ["the wrong port", `web1 ${one}`, knownHostName("web1", 2222), "unknown"],
  ["another key", `web1 ${other}`, "web1", "changed"],
  ["another key and this one", `web1 ${other}\nweb1 ${one}`, "web1", "known"],
  ["a revoked key", `@revoked * ${one}\nweb1 ${one}`, "web1", "revoked"],
  ["another revoked key", `@revoked * ${other}`, "web1", "unknown"],
  ["a certificate authority", `@cert-authority * ${one}`, "web1", "unknown"],
  ["an unknown marker", `@what web1 ${one}`, "web1", "unknown"],
  ["comments and blanks", `# web1 ${one}\n\n   \nweb1 ${one} comment`, "web1", "known"],
  ["broken lines", `web1\nweb1 ssh-ed25519\n|1|x ${one}`, "web1", "unknown"],
  ["nothing", "", "web1", "unknown"],
])("judges a key by a file with %s", (_name, file, name, verdict) => {
  expect(judge(file, name).verdict).toBe(verdict);
});

it("reads hashed names as ssh-keygen -H writes them", () => {
  const file = join(mkdtempSync(join(tmpdir(), "surefoot-kh-")), "known_hosts");
  writeFileSync(file, `web1 ${one}\n[web2]:2222 ${other}\n`);
  expect(spawnSync("ssh-keygen", ["-H", "-f", file]).status).toBe(0);
  const hashed = readFileSync(file, "utf8");
  expect(hashed).not.toContain("web");
  expect(judge(hashed, "web1").verdict).toBe("known");
  expect(judge(hashed, "[web2]:2222", other).verdict).toBe("known");
  expect(judge(hashed, "web2", other).verdict).toBe("unknown");
});

it("names a key as ssh-keygen does", () => {
  const file = join(mkdtempSync(join(tmpdir(), "surefoot-kh-")), "key.pub");
  writeFileSync(file, `${one}\n`);
  expect(spawnSync("ssh-keygen", ["-lf", file], { encoding: "utf8" }).stdout).toContain(
    fingerprintOf(blob(one)),
  );
  expect(keyType(blob(one))).toBe("ssh-ed25519");
  expect(keyType(Buffer.alloc(2))).toBe("");
});

it("asks a server first for the kinds of key that are known", () => {
  const all = ["ssh-ed25519", "ecdsa-sha2-nistp256", "rsa-sha2-512", "rsa-sha2-256"];
  const known = parseKnownHosts(`web1 ssh-rsa ${one.split(" ")[1]}`);
  expect(hostKeyAlgorithms(known, all)).toEqual([
    "rsa-sha2-512",
    "rsa-sha2-256",
    "ssh-ed25519",
    "ecdsa-sha2-nistp256",
  ]);
  expect(hostKeyAlgorithms([], all)).toEqual(all);
});
