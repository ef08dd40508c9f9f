import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import type { Ran } from "../support/cli.js";
import { surefoot } from "../support/cli.js";
import { folder } from "../support/folder.js";

const TEXT = "db: of-the-test\n";
const dir = folder({ "vars.yml": TEXT, editor: "", "other.txt": "" });
const at = (name: string): string => join(dir, name);
const sf = (args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Ran> =>
  surefoot(["secrets", ...args], { cwd: dir, env: { SUREFOOT_AGE_IDENTITY: at("key"), VISUAL: "", ...env } });

/** Folders that `edit` left behind. */
const left = (): readonly string[] =>
  ["/dev/shm", "/tmp"].flatMap((base) =>
    existsSync(base) ? readdirSync(base).filter((name) => name.startsWith("surefoot-edit-")) : [],
  );

it("makes an identity once, encrypts, prints and edits, and leaves no plain text behind", async () => {
  const made = await sf(["keygen"]);
  expect(made.stdout).toMatch(/^age1[a-z0-9]+\n$/);
  expect(statSync(at("key")).mode & 0o777).toBe(0o600);
  expect((await sf(["keygen"])).exit).toBe(3);

  expect((await sf(["encrypt", "vars.yml"])).exit).toBe(0);
  expect(existsSync(at("vars.yml"))).toBe(false);
  expect(readFileSync(at("vars.yml.age"), "utf8")).toMatch(/^-----BEGIN AGE ENCRYPTED FILE-----\n/);
  expect((await sf(["decrypt", "vars.yml.age"])).stdout).toBe(TEXT);

  // The editor sees a private file of the plain name, and may leave a backup beside it.
  const script = `stat -c %a "$1" >> ${at("seen")}; basename "$1" >> ${at("seen")}; cp "$1" "$1~"; echo "more: x" >> "$1"`;
  writeFileSync(at("editor"), `${script}\n`);
  const before = left();
  const edited = await sf(["edit", "vars.yml.age"], { EDITOR: `sh ${at("editor")}` });
  expect(edited).toMatchObject({ exit: 0, stdout: "" });
  expect(readFileSync(at("seen"), "utf8")).toBe("600\nvars.yml\n");
  expect((await sf(["decrypt", "vars.yml.age"])).stdout).toBe(`${TEXT}more: x\n`);

  const sealed = readFileSync(at("vars.yml.age"), "utf8");
  expect((await sf(["edit", "vars.yml.age"], { EDITOR: "true" })).stderr).toContain("nothing was changed");
  expect((await sf(["edit", "vars.yml.age"], { EDITOR: "false" })).exit).toBe(3);
  expect(readFileSync(at("vars.yml.age"), "utf8")).toBe(sealed);
  expect(left()).toEqual(before);
}, 120_000);

it("encrypts for those whom the file .age-recipients names", async () => {
  const other = (await sf(["keygen", "--out", at("other-key")])).stdout.trim();
  const own = /age1[a-z0-9]+/.exec(readFileSync(at("key"), "utf8"))?.[0] ?? "";
  writeFileSync(at(".age-recipients"), `# both of us\n${own}\n${other}\n`);
  writeFileSync(at("shared.yml"), TEXT);
  await sf(["encrypt", "shared.yml"]);
  for (const key of ["key", "other-key"])
    expect((await sf(["decrypt", "shared.yml.age"], { SUREFOOT_AGE_IDENTITY: at(key) })).stdout).toBe(TEXT);
  writeFileSync(at("theirs.yml"), TEXT);
  await sf(["encrypt", "theirs.yml", "--recipient", other]);
  expect((await sf(["decrypt", "theirs.yml.age"])).exit).toBe(3);
}, 120_000);

it.each([
  ["no file", ["decrypt", "nowhere.age"], "flag-invalid"],
  ["a text that is not of age", ["decrypt", "other.txt"], "secret-invalid"],
  ["a recipient that is none", ["encrypt", "other.txt", "--recipient", "age1x"], "flag-invalid"],
])("says what is wrong with %s", async (_name, args, code) => {
  const ran = await sf(args);
  expect(ran.exit).toBe(3);
  expect(ran.stderr).toContain(`error[${code}]`);
  expect(existsSync(at("other.txt"))).toBe(true);
});
