import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { explainVariable, findHost } from "../../src/inventory/explain.js";
import { loadInventory } from "../../src/inventory/load.js";
import { toPlain } from "../../src/inventory/located.js";
import { readSecrets } from "../../src/inventory/read-secrets.js";
import { explanationJson, showHost } from "../../src/inventory/show.js";
import type { ErrorData } from "../../src/model/error.js";
import { SurefootError, SurefootErrors } from "../../src/model/error.js";
import { MASK } from "../../src/model/plan.js";
import { secrets } from "../../src/model/secret.js";
import { encryptAge, newIdentity } from "../../src/secrets/age.js";
import { useVaultKeys } from "../../src/secrets/vault-keys.js";
import { folder } from "../support/folder.js";

const HOSTS = { "hosts.yml": "hosts: { h: { ssh: { address: 127.0.0.1 } } }\n" };

/** The value of a variable of the one host, read. */
async function readValue(dir: string, name: string): Promise<unknown> {
  const host = findHost(await loadInventory(dir), "h");
  await readSecrets([host], [name]);
  const located = host.vars.get(name);
  return located === undefined ? undefined : toPlain(located);
}

async function errorsOf(work: Promise<unknown>): Promise<readonly ErrorData[]> {
  try {
    await work;
    return [];
  } catch (thrown) {
    if (thrown instanceof SurefootErrors) return thrown.errors;
    if (thrown instanceof SurefootError) return [thrown.data];
    throw thrown;
  }
}

describe("!secret", () => {
  it("is read only where it is needed, once however often it stands there, and masked from then on", async () => {
    const dir = folder({
      ...HOSTS,
      "group_vars/all.yml": `a: { deep: [!secret { command: "echo x >> count; echo of-the-command" }] }
b: !secret { command: "echo x >> count; echo of-the-command" }
c: !secret { command: "echo never >> count" }
`,
    });
    const file = join(dir, "group_vars/all.yml");
    writeFileSync(file, readFileSync(file, "utf8").replaceAll('"echo', `"cd ${dir}; echo`));
    expect(await readValue(dir, "a")).toEqual({ deep: ["of-the-command"] });
    expect(await readValue(dir, "b")).toBe("of-the-command");
    expect(readFileSync(join(dir, "count"), "utf8")).toBe("x\n");
    expect(secrets.mask("say of-the-command")).toBe(`say ${MASK}`);
    const { c } = Object.fromEntries(findHost(await loadInventory(dir), "h").vars);
    expect(c?.secret?.shown).toBe(`(secret: command cd ${dir}; echo never >> count)`);
  });

  it("reads environment and file, the file beside the inventory's", async () => {
    process.env.SF_TEST_SECRET = "of the environment";
    const dir = folder({
      ...HOSTS,
      "group_vars/all.yml": "e: !secret { env: SF_TEST_SECRET }\nf: !secret { file: ../word }\n",
      word: "of the file\n",
    });
    expect([await readValue(dir, "e"), await readValue(dir, "f")]).toEqual([
      "of the environment",
      "of the file",
    ]);
  });

  const wrong: readonly (readonly [yaml: string, code: string, message: RegExp, place: string])[] = [
    ["x: !secret { env: SF_NOT_SET }", "secret-unavailable", /x: .*SF_NOT_SET is not set/, "1:4"],
    ["x: !secret { file: nowhere }", "secret-unavailable", /nowhere can't be read \(ENOENT\)/, "1:4"],
    [
      "y: 1\nx: !secret { command: 'echo why >&2; exit 3' }",
      "secret-unavailable",
      /failed with exit 3/,
      "2:4",
    ],
    ["x: !secret { command: 'true' }", "secret-unavailable", /is empty/, "1:4"],
    ["x: !secret NAME", "inventory-invalid", /does not say where the secret is/, "1:12"],
    ["x: !secret { path: p }", "inventory-invalid", /does not say/, "1:4"],
    ["x: !secret { env: A, file: b }", "inventory-invalid", /does not say/, "1:4"],
    ["x: !vault |\n  $ANSIBLE_VAULT;1.1;AES256\n  00", "secret-locked", /no password is given/, "1:4"],
    ["x: !other y", "inventory-syntax", /tag/, "1:4"],
  ];
  it.each(wrong)("%s", async (yaml, code, message, place) => {
    useVaultKeys({ files: [] });
    const errors = await errorsOf(readValue(folder({ ...HOSTS, "group_vars/all.yml": `${yaml}\n` }), "x"));
    expect(errors).toHaveLength(1);
    expect(errors[0]).toMatchObject({ code, hint: expect.stringMatching(/\w/) });
    expect(errors[0]?.message).toMatch(message);
    const at = errors[0]?.place;
    const line = place.split(":")[0];
    expect(at !== undefined && "line" in at ? String(at.line) : "").toBe(line);
  });

  it("gives become its password from anywhere", async () => {
    const dir = folder({ ...HOSTS, "group_vars/all.yml": "become: { password: !secret { env: P } }\n" });
    expect(findHost(await loadInventory(dir), "h").target.become?.password).toEqual({ env: "P" });
  });
});

describe("files that are encrypted by age", () => {
  const make = async (yaml: string): Promise<string> => {
    const { text, recipient } = await newIdentity();
    const dir = folder({
      ...HOSTS,
      key: text,
      "group_vars/all/a.yml.age": await encryptAge(yaml, [recipient]),
    });
    process.env.SUREFOOT_AGE_IDENTITY = join(dir, "key");
    return dir;
  };

  it("give variables like any others, of which none is shown", async () => {
    const dir = await make("word: of the age file\nport: 65123\non: true\nlist: [{ k: of the list }]\n");
    expect(await readValue(dir, "word")).toBe("of the age file");
    expect(await readValue(dir, "port")).toBe(65123);
    expect(await readValue(dir, "list")).toEqual([{ k: "of the list" }]);
    const inventory = await loadInventory(dir);
    const shown = showHost(findHost(inventory, "h"));
    expect(shown).not.toMatch(/of the|65123/);
    expect(shown).toContain("on: true");
    expect(JSON.stringify(explanationJson(explainVariable(inventory, "h", "word")))).not.toContain(
      "of the age",
    );
  });

  it("show nothing of themselves where they are wrong", async () => {
    const [error] = await errorsOf(
      loadInventory(await make("a: word-one\nb: [word-two\n\tc: 12345678901234567890\n")),
    );
    expect(JSON.stringify(error)).not.toMatch(/word-|1234/);
    expect(error).toMatchObject({
      code: "inventory-syntax",
      place: { file: expect.stringMatching(/a\.yml\.age$/) },
    });
    expect(error?.frame).toBeUndefined();
  });

  it("say what is missing where they can't be read", async () => {
    const dir = await make("a: 1\n");
    process.env.SUREFOOT_AGE_IDENTITY = join(dir, "nowhere");
    expect(await errorsOf(loadInventory(dir))).toMatchObject([{ code: "secret-locked" }]);
    const other = folder({ key: (await newIdentity()).text });
    process.env.SUREFOOT_AGE_IDENTITY = join(other, "key");
    const [error] = await errorsOf(loadInventory(dir));
    expect(error?.message).toMatch(/for none of your age identities/);
    // Renamed and not encrypted: its first line may be what nobody is to see.
    writeFileSync(join(dir, "group_vars/all/a.yml.age"), "token: hunter2\n");
    const plain = await errorsOf(loadInventory(dir));
    expect(plain).toMatchObject([{ code: "secret-invalid" }]);
    expect(JSON.stringify(plain)).not.toContain("hunter2");
  });
});
