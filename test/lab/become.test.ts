import { createHash } from "node:crypto";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { eventsOf, surefoot } from "../support/cli.js";
import { ENV, inBox, inventoryWith } from "./fleet.js";

/** The lab's own password of `ops`, and one for root while these tests run. */
const OPS = "lab-password";
const ROOT = "root-of-the-lab";
const WRONG = "a-wrong-word";

/**
 * Bytes that a terminal would change or obey if it were not silenced: control characters, carriage returns, what looks like the end of
 * input, and more on one line than a terminal's line holds (4096 bytes, n_tty).
 */
const CONTENT = `a\r\nb\rc\u0003\u0004\u0011\u0013\u001a\u001c\u007fü✓\t\n\nend${"0123456789abcdef".repeat(3000)}\n`;

const PLAYBOOK = `import { command, file, playbook, z } from "surefoot";
export default playbook({ name: "who", hosts: "all", vars: z.object({}), tasks: ({ host }) => [
  file({ path: "/srv/who/" + host.name, content: ${JSON.stringify(CONTENT)} }),
  command({ run: "id -un > /srv/who/" + host.name + ".me", always: true }),
] });
`;

const playbook = join(mkdtempSync(join(tmpdir(), "surefoot-become-")), "who.ts");

/** What a case is called, what it says for `become`, and who the tasks run as or how the host refuses: the code, and what is shown. */
type Case = readonly [name: string, become: string, expected: string, shows?: RegExp];

interface Situation {
  readonly name: string;
  /** Run on the host before. */
  readonly before: string;
  readonly cases: readonly Case[];
}

const sudoers = (...lines: readonly string[]): string =>
  `printf '%s\\n' ${lines.map((line) => `'${line}'`).join(" ")} > /etc/sudoers.d/ops`;
const doas = (text: string): string => `echo '${text}' > /etc/doas.conf; chmod 600 /etc/doas.conf`;
/** A program that is found first under another's name. */
const instead = (text: string): string =>
  `printf '%s\\n' '#!/bin/sh' '${text}' > /usr/local/bin/sudo; chmod 755 /usr/local/bin/sudo`;

const PLAIN = "ops ALL=(ALL:ALL) ALL";
const FREE = "ops ALL=(ALL:ALL) NOPASSWD: ALL";
const given = (name: "OPS" | "ROOT" | "WRONG"): string => `password: { env: ${name} }`;

const situations: readonly Situation[] = [
  {
    name: "sudo that asks for a password",
    before: sudoers(PLAIN),
    cases: [
      ["right", `{ ${given("OPS")} }`, "root"],
      ["other", `{ user: web, ${given("OPS")} }`, "web"],
      ["none", "true", "become-password-needed", /password is required/],
      ["wrong", `{ ${given("WRONG")} }`, "become-password-wrong", /try again|incorrect/],
    ],
  },
  {
    name: "sudo that asks for none",
    before: sudoers(FREE),
    cases: [["given", `{ ${given("OPS")} }`, "root"]],
  },
  {
    name: "sudo that wants a terminal",
    before: sudoers("Defaults requiretty", "Defaults use_pty", PLAIN),
    cases: [
      ["right", `{ ${given("OPS")} }`, "root"],
      ["wrong", `{ ${given("WRONG")} }`, "become-password-wrong", /try again/],
      ["none", "true", "become-password-needed", /password is required/],
    ],
  },
  {
    name: "sudo that wants a terminal and no password",
    before: sudoers("Defaults requiretty", FREE),
    cases: [["none", "true", "root"]],
  },
  {
    name: "sudo that allows something else only",
    before: sudoers("ops ALL=(ALL:ALL) NOPASSWD: /bin/true"),
    cases: [["given", `{ ${given("OPS")} }`, "become-refused", /not allowed to execute/]],
  },
  {
    name: "sudo that never answers",
    before: instead("echo thinking >&2; sleep 60"),
    cases: [["given", `{ timeout: 2, ${given("OPS")} }`, "become-timeout", /thinking/]],
  },
  {
    name: "sudo that asks for a second factor",
    before: instead('printf "Verification code: " >&2; read x'),
    cases: [["given", `{ ${given("OPS")} }`, "become-question", /Verification code/]],
  },
  {
    name: "sudo that asks in Czech, whatever it is told",
    before: `${sudoers(FREE)}; ${instead(`printf "Heslo pro ops: " >&2; read x; [ "$x" = ${OPS} ] || exit 1; exec /usr/bin/sudo "$@"`)}`,
    cases: [["given", `{ ${given("OPS")} }`, "root"]],
  },
  {
    name: "doas that asks for a password",
    before: `rm /usr/local/bin/sudo; ${doas("permit ops")}`,
    cases: [
      ["right", `{ method: doas, ${given("OPS")} }`, "root"],
      ["other", `{ method: doas, user: web, ${given("OPS")} }`, "web"],
      ["wrong", `{ method: doas, ${given("WRONG")} }`, "become-password-wrong", /Authentication failed/],
      ["none", "{ method: doas }", "become-password-needed", /Authentication required/],
    ],
  },
  {
    name: "doas that asks for none",
    before: doas("permit nopass ops"),
    cases: [["none", "{ method: doas }", "root"]],
  },
  {
    name: "doas that does not allow it, and su",
    before: doas("permit root"),
    cases: [
      ["doas", `{ method: doas, ${given("OPS")} }`, "become-refused", /not permitted/],
      ["su", `{ method: su, ${given("ROOT")} }`, "root"],
      ["other", `{ method: su, user: web, ${given("OPS")} }`, "web"],
      ["wrong", `{ method: su, ${given("WRONG")} }`, "become-password-wrong", /Authentication failure/],
      ["none", "{ method: su }", "become-password-needed", /Password:/],
      ["nobody", `{ method: su, user: nix, ${given("ROOT")} }`, "become-refused", /does not exist/],
    ],
  },
  {
    name: "no doas",
    before: "mv /usr/bin/doas /usr/bin/doas.away",
    cases: [["none", "{ method: doas }", "become-missing", /No such file/]],
  },
];

/** Passwords that were refused so far, by the host's own account. */
const refused = async (): Promise<number> =>
  Number(await inBox("client4", "journalctl --no-pager -q | grep -c 'authentication failure;'"));

beforeAll(async () => {
  writeFileSync(playbook, PLAYBOOK);
  await inBox(
    "client4",
    `useradd -m -s /bin/sh web; printf 'root:${ROOT}\\nweb:${OPS}\\n' | chpasswd; mkdir -p /srv/who; chmod 777 /srv/who`,
  );
});

it.each(situations)("becomes another user by $name, or says why not", async ({ before, cases }) => {
  await inBox("client4", `rm -f /srv/who/*; ${before}`);
  const failures = await refused();
  const hosts = cases.map(
    ([name, become]) =>
      `  ${name}: { ssh: { address: 192.168.1.24, host_key_alias: 192.168.1.24 }, become: ${become} }\n`,
  );
  const inventory = inventoryWith({ "hosts.yml": `hosts:\n${hosts.join("")}groups: { clients: {} }\n` });
  const args = ["run", playbook, "-i", inventory, "--json", "--yes", "-v", "-v"];
  const ran = await surefoot(args, { env: { ...ENV, OPS, ROOT, WRONG } });
  expect(ran.stdout + ran.stderr).not.toMatch(new RegExp(`${OPS}|${ROOT}|${WRONG}`));
  const ends = new Map(
    eventsOf(ran).flatMap((event) => (event.type === "host-finished" ? [[event.host, event]] : [])),
  );
  const hash = createHash("sha256").update(CONTENT).digest("hex");
  for (const [name, , expected, shows] of cases) {
    const end = ends.get(name);
    if (shows === undefined) {
      expect([name, end?.error, end?.outcome]).toEqual([name, undefined, "changed"]);
      const found = await inBox("client4", `cat /srv/who/${name}.me; sha256sum < /srv/who/${name}`);
      expect(found).toBe(`${expected}\n${hash}  -`);
    } else {
      expect(end?.error).toMatchObject({ code: expected, hint: expect.stringMatching(/\w/) });
      expect(end?.error?.detail).toMatch(shows);
    }
  }
  expect(ran.exit).toBe(cases.some(([, , , shows]) => shows !== undefined) ? 1 : 0);
  // Tried once: another try by itself could lock the account.
  const wrong = cases.filter(([name]) => name === "wrong").length;
  expect((await refused()) - failures).toBe(wrong);
});

it("tries a wrong password on two hosts, and on no further one", async () => {
  await inBox("client4", sudoers(PLAIN));
  const failures = await refused();
  const names = Array.from({ length: 6 }, (_, i) => `one${i}`);
  const hosts = names.map(
    (name) =>
      `  ${name}: { ssh: { address: 192.168.1.24, host_key_alias: 192.168.1.24 }, become: { ${given("WRONG")} } }\n`,
  );
  const inventory = inventoryWith({ "hosts.yml": `hosts:\n${hosts.join("")}groups: { clients: {} }\n` });
  const ran = await surefoot(["plan", playbook, "-i", inventory, "--json"], { env: { ...ENV, WRONG } });
  const errors = eventsOf(ran).flatMap((event) =>
    event.type === "host-finished" && event.error !== undefined ? [event.error] : [],
  );
  expect(errors.map(({ code }) => code)).toEqual(names.map(() => "become-password-wrong"));
  expect(errors.filter(({ message }) => message.includes("was not tried here"))).toHaveLength(4);
  expect((await refused()) - failures).toBe(2);
});

afterAll(async () => {
  await inBox(
    "client4",
    `mv /usr/bin/doas.away /usr/bin/doas; rm -rf /usr/local/bin/sudo /etc/doas.conf /srv/who; passwd -l root; userdel -r web; ${sudoers(PLAIN)}`,
  );
});
