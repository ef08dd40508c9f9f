import { createHash } from "node:crypto";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ErrorData } from "../../src/model/error.js";
import { eventsOf, surefoot } from "../support/cli.js";
import { ENV, inBox, inventoryWith } from "./fleet.js";

/** The lab's own password of `ops`, and one for root while these tests run. */
const OPS = "lab-password";
const ROOT = "root-of-the-lab";

/**
 * Bytes that a terminal would change or obey if it were not silenced: control characters, carriage returns, what looks like the end of
 * input, and more on one line than a terminal's line holds (4096 bytes, n_tty).
 */
const BYTES = "a\r\nb\rc\u0003\u0004\u0011\u0013\u001a\u001c\u007fü✓\t\n\nend";
const CONTENT = `${BYTES}\n${"0123456789abcdef".repeat(6000)}\n`;

const PLAYBOOK = `import { command, file, playbook, z } from "surefoot";
export default playbook({ name: "who", hosts: "all", vars: z.object({}), tasks: () => [
  file({ path: "/srv/who/bytes", content: ${JSON.stringify(CONTENT)} }),
  command({ run: "id -un > /srv/who/me; locale 2>/dev/null | grep -c LC_ALL=C > /srv/who/locale || true", always: true }),
] });
`;

const playbook = join(mkdtempSync(join(tmpdir(), "surefoot-become-")), "who.ts");

interface Case {
  readonly name: string;
  /** Run on the host before. */
  readonly before?: string;
  readonly become: string;
  /** Who the tasks run as, or the code of the error. */
  readonly expected: string;
  /** What the error shows. */
  readonly shows?: RegExp;
}

const sudoers = (text: string): string =>
  `printf '%s\\n' ${text
    .split("\n")
    .map((line) => `'${line}'`)
    .join(" ")} > /etc/sudoers.d/ops`;
const doas = (text: string): string => `echo '${text}' > /etc/doas.conf; chmod 600 /etc/doas.conf`;
/** A program of another's name that is found first. */
const instead = (name: string, text: string): string =>
  `printf '%s\\n' '#!/bin/sh' '${text}' > /usr/local/bin/${name}; chmod 755 /usr/local/bin/${name}`;

const PLAIN = "ops ALL=(ALL:ALL) ALL";
const FREE = "ops ALL=(ALL:ALL) NOPASSWD: ALL";
const GIVEN = "password: { env: OPS }";

const cases: readonly Case[] = [
  { name: "sudo, asking for the password", become: `{ ${GIVEN} }`, expected: "root" },
  { name: "sudo to another user", become: `{ user: web, ${GIVEN} }`, expected: "web" },
  {
    name: "sudo that lets a wrong password fail",
    become: "{ password: { env: WRONG } }",
    expected: "become-password-wrong",
    shows: /try again|incorrect/,
  },
  {
    name: "sudo without a password where one is needed",
    become: "true",
    expected: "become-password-needed",
    shows: /password is required/,
  },
  {
    name: "sudo that asks for none though one is given",
    before: sudoers(FREE),
    become: `{ ${GIVEN} }`,
    expected: "root",
  },
  {
    name: "sudo that wants a terminal, and none asked for a password",
    before: sudoers(`Defaults requiretty\nDefaults use_pty\n${FREE}`),
    become: "true",
    expected: "root",
  },
  {
    name: "sudo that wants a terminal and a password",
    before: sudoers(`Defaults requiretty\nDefaults use_pty\n${PLAIN}`),
    become: `{ ${GIVEN} }`,
    expected: "root",
  },
  {
    name: "sudo that wants a terminal, and a wrong password",
    become: "{ password: { env: WRONG } }",
    expected: "become-password-wrong",
    shows: /try again/,
  },
  {
    name: "sudo that allows something else only",
    before: sudoers("ops ALL=(ALL:ALL) NOPASSWD: /bin/true"),
    become: `{ ${GIVEN} }`,
    expected: "become-refused",
    shows: /not allowed to execute/,
  },
  {
    name: "sudo that never answers",
    before: instead("sudo", "echo thinking >&2; sleep 60"),
    become: `{ timeout: 2, ${GIVEN} }`,
    expected: "become-timeout",
    shows: /thinking/,
  },
  {
    name: "sudo that asks for a code",
    before: instead("sudo", 'printf "Verification code: " >&2; read x'),
    become: `{ timeout: 20, ${GIVEN} }`,
    expected: "become-question",
    shows: /Verification code/,
  },
  {
    name: "sudo of a host that speaks Czech and asks its own way",
    before: instead(
      "sudo",
      `printf "Heslo pro ops: " >&2; read x; [ "$x" = ${OPS} ] || { echo "Sorry, try again." >&2; exit 1; }; exec /usr/bin/sudo "$@"`,
    ),
    become: `{ ${GIVEN} }`,
    expected: "root",
  },
  {
    name: "doas that asks for none",
    before: `rm /usr/local/bin/sudo; ${sudoers(FREE)}; ${doas("permit nopass ops")}`,
    become: "{ method: doas }",
    expected: "root",
  },
  {
    name: "doas, asking for the password",
    before: doas("permit ops"),
    become: `{ method: doas, ${GIVEN} }`,
    expected: "root",
  },
  { name: "doas to another user", become: `{ method: doas, user: web, ${GIVEN} }`, expected: "web" },
  {
    name: "doas and a wrong password",
    become: "{ method: doas, password: { env: WRONG } }",
    expected: "become-password-wrong",
    shows: /Authentication failed/,
  },
  {
    name: "doas without a password where one is needed",
    become: "{ method: doas }",
    expected: "become-password-needed",
    shows: /Authentication required/,
  },
  {
    name: "doas that does not allow it",
    before: doas("permit root"),
    become: `{ method: doas, ${GIVEN} }`,
    expected: "become-refused",
    shows: /not permitted/,
  },
  { name: "su", become: "{ method: su, password: { env: ROOT } }", expected: "root" },
  {
    name: "su to another user",
    become: "{ method: su, user: web, password: { env: OPS } }",
    expected: "web",
  },
  {
    name: "su and a wrong password",
    become: "{ method: su, password: { env: WRONG } }",
    expected: "become-password-wrong",
    shows: /Authentication failure/,
  },
  {
    name: "su without a password",
    become: "{ method: su }",
    expected: "become-password-needed",
    shows: /Password:/,
  },
  {
    name: "su to nobody that is there",
    become: "{ method: su, user: nix, password: { env: ROOT } }",
    expected: "become-refused",
    shows: /does not exist/,
  },
  {
    name: "a method that is not there",
    before: "mv /usr/bin/doas /usr/bin/doas.away",
    become: "{ method: doas }",
    expected: "become-missing",
    shows: /No such file/,
  },
];

async function run(
  become: string,
  limit = "client4",
): Promise<{ outcome: string; error?: ErrorData; text: string }> {
  const inventory = inventoryWith({ [`host_vars/${limit}.yml`]: `become: ${become}\n` });
  const args = ["run", playbook, "-i", inventory, "--limit", limit, "--json", "--yes", "-v", "-v"];
  const ran = await surefoot(args, { env: { ...ENV, OPS, ROOT, WRONG: "a-wrong-word" } });
  const end = eventsOf(ran).find((event) => event.type === "host-finished");
  const error = end?.type === "host-finished" ? end.error : undefined;
  return {
    outcome: error?.code ?? (end?.type === "host-finished" ? end.outcome : ran.stderr + ran.stdout),
    ...(error === undefined ? {} : { error }),
    text: ran.stdout + ran.stderr,
  };
}

const refusals = (): Promise<string> =>
  inBox(
    "client4",
    "journalctl --no-pager -q | grep -Ec 'incorrect password attempt|failed command|FAILED SU|authentication failure' || true",
  );

beforeAll(async () => {
  writeFileSync(playbook, PLAYBOOK);
  await inBox(
    "client4",
    `useradd -m -s /bin/sh web; printf 'root:${ROOT}\\nweb:${OPS}\\n' | chpasswd; mkdir -p /srv/who; chmod 777 /srv/who`,
  );
});

describe.sequential("becomes another user", () => {
  it.each(cases)("$name", async ({ before, become, expected, shows }) => {
    if (before !== undefined) await inBox("client4", before);
    await inBox("client4", "rm -f /srv/who/*");
    const ran = await run(become);
    expect(ran.text).not.toMatch(new RegExp(`${OPS}|${ROOT}|a-wrong-word`));
    if (expected.startsWith("become-")) {
      expect(ran.error).toMatchObject({ code: expected, hint: expect.stringMatching(/\w/) });
      expect(ran.error?.detail ?? "").toMatch(shows ?? /^$/);
    } else {
      expect(ran.outcome).toBe("changed");
      const found = await inBox("client4", "cat /srv/who/me; sha256sum < /srv/who/bytes");
      expect(found).toBe(`${expected}\n${createHash("sha256").update(CONTENT).digest("hex")}  -`);
    }
  });
});

afterAll(async () => {
  await inBox(
    "client4",
    `mv /usr/bin/doas.away /usr/bin/doas; rm -rf /usr/local/bin/sudo /etc/doas.conf /srv/who; passwd -l root; userdel -r web; ${sudoers(PLAIN)}`,
  );
  await refusals();
});
