import { chmodSync, existsSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { formsOf } from "../../src/model/secret.js";
import type { Ran } from "../support/cli.js";
import { surefoot } from "../support/cli.js";
import { ENV, inBox, inventoryWith, outcomes } from "./fleet.js";

/** One secret for each way into a run, with the characters that shells, JSON and XML write differently. */
const CANARIES = {
  env: `canary-env 'quoted' "twice" \\ & <x>`,
  file: "canary-file-é\nsecond line of the canary",
  command: "canary-command-$HOME",
  age: "canary-age-0123456789",
  vault: "canary-vault-value",
  vaultFile: "canary-vault-file",
  named: "canary-plain-password",
  wrong: "canary-wrong-password",
} as const;

/** `ansible-vault encrypt_string` of {@link CANARIES}.vault and a file of variables, with the password `pw`. */
const VAULT_VALUE = [
  "$ANSIBLE_VAULT;1.1;AES256",
  "37666533333035323433396637333730346436356637386535383936653761666130393734373030",
  "3332353465353837633330373064353865373939316163380a623637326531366239366336663261",
  "36383231613161306665373935666337653033626238393865316138393364303566383736393237",
  "3237393335343862300a363263616132613963316164353535386233353831653063666331326139",
  "62626262373032396366626263643639396231343937353231333939353939366137",
].join("\n");
const VAULT_FILE = [
  "$ANSIBLE_VAULT;1.2;AES256;dev",
  "38333062336435323762356339346564343938656665373463656439656266306265616433316535",
  "3539376239623333356232366465666162353662633462380a633439623036633935313831316365",
  "39653863663731643633626232616636343835353632393933323564396337383666653966653236",
  "3833353631383364370a666431363630633038613030353031346232316337333161333630306161",
  "62343564366166646265353734386333396461623630636635663561656333333338",
].join("\n");

const dir = mkdtempSync(join(tmpdir(), "surefoot-canary-"));
const at = (name: string): string => join(dir, name);
const env = {
  ...ENV,
  CANARY: CANARIES.env,
  WRONG: CANARIES.wrong,
  OPS: "lab-password",
  SUREFOOT_AGE_IDENTITY: at("age.txt"),
};

const VARS =
  "z.object({ env: z.string(), file: z.string(), command: z.string(), age: z.string(), vault: z.string(), vault_file: z.string(), db_password: z.string() })";
const playbook = (name: string, tasks: string, vars = VARS): string => {
  const file = at(`${name}.ts`);
  writeFileSync(
    file,
    `import { command, file, playbook, sysctl, template, z } from "surefoot";
export default playbook({ name: "${name}", hosts: "all", vars: ${vars}, tasks: ({ vars, host }) => { const all = Object.values(vars).join("\\n"); return [${tasks}]; } });
`,
  );
  return file;
};

let inventory = "";
const said: string[] = [];

async function sf(...args: readonly string[]): Promise<Ran> {
  const ran = await surefoot([...args, "-i", inventory, "--vault-password-file", at("vault-password")], {
    env,
  });
  said.push(ran.stdout, ran.stderr);
  return ran;
}

/** Every secret in every form in which it may come out, where a text holds it. */
function leaks(text: string): readonly string[] {
  return [...Object.values(CANARIES), env.OPS].flatMap((canary) =>
    [...formsOf(canary)].filter((form) => text.includes(form)),
  );
}

beforeAll(async () => {
  writeFileSync(at("secret-file"), `${CANARIES.file}\n`);
  writeFileSync(at("secret-command"), CANARIES.command);
  writeFileSync(at("vault-password"), "pw");
  chmodSync(at("vault-password"), 0o600);
  writeFileSync(at("t.hbs"), "head\n{{all}}\ntail\n");
  writeFileSync(at("bad.hbs"), "{{all}} {{nothing}}\n");
  await surefoot(["secrets", "keygen"], { env });
  inventory = inventoryWith({
    "group_vars/all/canaries.yml": `env: !secret { env: CANARY }
file: !secret { file: ${at("secret-file")} }
command: !secret { command: "cat ${at("secret-command")}" }
db_password: ${CANARIES.named}
vault: !vault |
  ${VAULT_VALUE.split("\n").join("\n  ")}
`,
    "group_vars/all/encrypted.yml": `${VAULT_FILE}\n`,
    "group_vars/all/sealed.yml": `age: ${CANARIES.age}\n`,
    "host_vars/client4.yml": "become: { password: !secret { env: OPS } }\n",
    "host_vars/client3.yml": "become: { password: { env: WRONG } }\n",
  });
  await surefoot(["secrets", "encrypt", join(inventory, "group_vars/all/sealed.yml")], { env });
  expect(existsSync(join(inventory, "group_vars/all/sealed.yml"))).toBe(false);
  await inBox("client3", "echo 'ops ALL=(ALL:ALL) ALL' > /etc/sudoers.d/ops");
});

afterAll(async () => {
  await inBox("client3", "echo 'ops ALL=(ALL:ALL) NOPASSWD: ALL' > /etc/sudoers.d/ops");
  await inBox("client1", "rm -rf /srv/canary*; umount /srv/full");
});

it("hands secrets to hosts as ordinary texts, and shows none of them", async () => {
  const good = playbook(
    "good",
    `template({ path: "/srv/canary", template: "t.hbs", vars: { all } }),
     file({ path: "/srv/canary.bin", content: new Uint8Array([0, ...new TextEncoder().encode(all)]) }),
     command({ run: "printf %s " + JSON.stringify(vars.age) + " > /srv/canary.cmd", creates: "/srv/canary.cmd", env: { DB: vars.db_password } })`,
  );
  const limit = ["--limit", "client1:client4"];
  await sf("plan", good, ...limit, "-v", "-v");
  await sf("plan", good, ...limit, "--json", "--out", at("plan.json"), "--report", `junit=${at("plan.xml")}`);
  const ran = await sf("run", good, ...limit, "--yes", "--json", "--report", `junit=${at("run.xml")}`);
  expect(outcomes(ran)).toEqual({ client1: "changed", client4: "changed" });
  const { env: one, file, command, age, vault, vaultFile, named } = CANARIES;
  // In the order of the schema.
  expect(await inBox("client1", "cat /srv/canary; cat /srv/canary.cmd")).toBe(
    `head\n${[one, file, command, age, vault, vaultFile, named].join("\n")}\ntail\n${age}`,
  );
  said.push(
    readFileSync(at("plan.json"), "utf8"),
    readFileSync(at("plan.xml"), "utf8"),
    readFileSync(at("run.xml"), "utf8"),
  );
  // What is there differs now by one line, so that secrets stand around it.
  writeFileSync(at("t.hbs"), "head\n{{all}}\nanother\n");
  const diff = await sf("run", good, ...limit, "--yes", "-v", "-v");
  expect(diff.stdout).toContain("(secret)");
  expect(diff.exit).toBe(0);
});

it("shows none where things go wrong", async () => {
  const only = ["--limit", "client1", "--yes"];
  const failing = playbook(
    "failing",
    `command({ run: "printf '%s\\\\n' " + JSON.stringify(vars.env) + "; printf %s " + JSON.stringify(vars.age) + " | base64; echo " + vars.vault + " >&2; exit 3", always: true })`,
  );
  for (const format of [["--json"], ["-v", "-v"]]) {
    const ran = await sf("run", failing, ...only, ...format, "--report", `junit=${at("failing.xml")}`);
    expect(ran.exit).toBe(1);
    expect(ran.stdout).toContain("step-failed");
    said.push(readFileSync(at("failing.xml"), "utf8"));
  }
  await inBox(
    "client1",
    "mkdir -p /srv/full; mount -t tmpfs -o size=4k,nr_inodes=4 tmpfs /srv/full; head -c 4096 /dev/zero > /srv/full/x",
  );
  const full = playbook("full", 'file({ path: "/srv/full/big", content: all.repeat(99) })');
  expect(outcomes(await sf("run", full, ...only, "--json"))).toEqual({ client1: "disk-full" });
  const broken = playbook("broken", 'template({ path: "/srv/x", template: "bad.hbs", vars: { all } })');
  expect((await sf("run", broken, ...only)).exit).toBe(3);
  const thrower = playbook("thrower", '...(() => { throw new Error("no good: " + all); })()');
  expect((await sf("run", thrower, ...only, "--json")).exit).toBe(3);
  const strict = playbook("strict", "", 'z.object({ age: z.literal("x"), db_password: z.enum(["y"]) })');
  expect((await sf("run", strict, ...only)).exit).toBe(3);
  const sync = playbook("sync", 'file({ path: "/etc/nowhere/x", content: vars.vault })');
  expect((await sf("run", sync, "--limit", "client3", "--yes", "--json")).stdout).toContain(
    "become-password-wrong",
  );
});

it("shows none in the inventory", async () => {
  for (const format of [[], ["--json"]]) {
    await sf("inventory", "show", "client4", ...format);
    for (const name of ["env", "file", "command", "age", "vault", "vault_file", "db_password"])
      expect((await sf("inventory", "explain", "client4", name, ...format)).stdout).toContain("(secret");
  }
});

it("has none in the hosts' processes while they work, nor in their logs", async () => {
  const slow = playbook(
    "slow",
    `file({ path: "/srv/canary.slow", content: all }), command({ run: "x=" + JSON.stringify(vars.age) + "; touch /srv/canary.go; sleep 4; rm /srv/canary.go", always: true })`,
  );
  const running = sf("run", slow, "--limit", "client1:client4", "--yes", "--json");
  const look = "for f in /proc/[0-9]*/cmdline /proc/[0-9]*/environ; do tr '\\0' '\\n' < $f; done 2>/dev/null";
  const watch = (client: string): Promise<string> =>
    inBox(
      client,
      `n=0; while [ ! -e /srv/canary.go ] && [ $n -lt 600 ]; do ${look}; n=$((n + 1)); done; echo; echo seen; ${look}; ps axww; journalctl --no-pager -q`,
    );
  const seen = await Promise.all(["client1", "client4"].map(watch));
  expect(outcomes(await running)).toEqual({ client1: "changed", client4: "changed" });
  for (const text of seen) {
    expect(text).toMatch(/^sleep$/m);
    expect(leaks(text)).toEqual([]);
  }
});

it("has said none at all", () => {
  expect(said.length).toBeGreaterThan(40);
  expect(leaks(said.join("\n"))).toEqual([]);
});
