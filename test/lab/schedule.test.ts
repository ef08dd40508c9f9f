import { beforeAll, expect, it } from "vitest";
import { encryptVault } from "../support/vault.js";
import { makeBastion } from "./bastion.js";
import { inBox, ranInBox, reboot, until } from "./fleet.js";

/** A bastion with systemd, and the host that it looks after. */
const [BASTION, HOST] = ["client1", "client2"];

/** A folder whose name holds all that a unit could take for its own. */
const FLEET = `/home/ops/my "fleet" 100% $HOME`;
const PASSWORD = "vault-pass-1";
const UNIT = "surefoot-drift-motd-lab";

const FILES = {
  [`${FLEET}/playbooks/motd.ts`]: `import { file, playbook, z } from "surefoot";
import { path } from "./path.js";
export default playbook({
  name: "motd", hosts: "clients", vars: z.object({ text: z.string() }),
  tasks: ({ vars }) => [file({ path, content: vars.text + "\\n", sensitive: true })],
});
`,
  [`${FLEET}/playbooks/path.ts`]: 'export const path = "/etc/sf-motd";\n',
  [`${FLEET}/inventories/lab/hosts.yml`]: `vars:
  ssh: { user: ops, identity_file: /home/ops/.ssh/id_ed25519, identities_only: true, config_file: false, known_hosts_file: /home/ops/.ssh/known_hosts }
  become: true
groups: { clients: { hosts: { ${HOST}: { ssh: { address: 192.168.1.22 } } } } }
`,
  [`${FLEET}/inventories/lab/group_vars/clients.yml`]: encryptVault("text: ours\n", PASSWORD),
  [`${FLEET}/metrics/README`]: "",
  // Root's own: the user of the schedule gets it from systemd alone.
  "/root/vault-password": `${PASSWORD}\n`,
};

const LOOK = "surefoot drift playbooks/motd.ts -i inventories/lab --vault-password-file /root/vault-password";
const inFleet = (script: string) => ranInBox(BASTION, `cd '${FLEET}' || exit\n${script}`);
const schedule = (...more: readonly string[]) =>
  inFleet(
    `${LOOK} --fix --user ops --jitter 0 --metrics metrics/surefoot.prom --schedule '*-*-* *:*:0/3' ${more.join(" ")}`,
  );
/** Waits until no run of these goes on. */
const waitFor = (...units: readonly string[]): string =>
  `while systemctl show -P ActiveState ${units.map((unit) => `${unit}.service`).join(" ")} | grep -q activating; do sleep 0.2; done`;
/** Has the unit run now, and gives what systemd says of how it ended. */
const ranUnit = (): Promise<string> =>
  inBox(
    BASTION,
    `systemctl start ${UNIT}.service 2>/dev/null; systemctl show ${UNIT}.service --property=Result,ExecMainStatus`,
  );
const drift = (): Promise<string> => inBox(HOST, "echo theirs > /etc/sf-motd");
const motd = (): Promise<string> => inBox(HOST, "cat /etc/sf-motd");

beforeAll(async () => {
  await makeBastion(BASTION, FILES);
  await inBox(BASTION, "chown root: /root/vault-password && chmod 600 /root/vault-password");
  // A person's own copy, to run by hand.
  await inBox(BASTION, "install -o ops -m 600 /root/vault-password /home/ops/vault-password");
});

it("corrects drift by a timer under systemd, and tells of it", async () => {
  await drift();
  const made = await schedule();
  expect(made.stderr).toBe("");
  expect(made.stdout).toMatch(/^motd-lab is scheduled\n/);
  expect(made.stdout).toContain("4 files are pinned");
  await until("the timer to correct the drift", async () => (await motd()) === "ours");
  await inBox(BASTION, `systemctl stop ${UNIT}.timer; ${waitFor(UNIT)}`);
  const list = await inFleet("surefoot schedule list");
  expect(list.stdout).toMatch(/^motd-lab +\*-\*-\* \*:\*:0\/3 +never: the timer is stopped .* unchanged$/m);
  const history = await inFleet("surefoot history --since 1h");
  expect(history.stdout).toMatch(
    /corrected: client2\n +~ file \/etc\/sf-motd[\s\S]*?by\s+schedule\s+motd-lab/,
  );
  const show = await inFleet("surefoot schedule show motd-lab");
  expect(show.stdout).toMatch(/1 corrected .*\n.*1 drifted/s);
  expect(show.stdout).toContain("1 host changed and verified: client2");
  expect(show.stdout).not.toContain(PASSWORD);
  expect((await inFleet("cat metrics/surefoot.prom")).stdout).toMatch(
    /^surefoot_drift_hosts\{playbook=".*",inventory=".*",standing="in-sync"\} 1$/m,
  );
  // It ran as its user: nothing of the record is root's.
  expect((await inFleet("find .surefoot ! -user ops")).stdout).toBe("");
});

it("changes nothing where it is scheduled so already, and tells what differs where it is not", async () => {
  expect((await schedule()).stdout).toMatch(/^motd-lab is scheduled so already\n/);
  expect(await inBox(BASTION, `systemctl is-active ${UNIT}.timer`)).toBe("active");
  const changed = await inFleet(`${LOOK} --user ops --schedule daily`);
  expect(changed.stdout).toMatch(
    /when: \*-\*-\* \*:\*:0\/3 -> daily\n {2}jitter: 0 -> 1m\n {2}fix: true -> false\n/,
  );
  await inFleet("mkdir other && cp -r playbooks inventories other/");
  const other = await inFleet(`cd other && ${LOOK} --user ops --schedule daily`);
  expect([other.exit, other.stderr]).toEqual([3, expect.stringContaining("schedule-exists")]);
});

it("counts drift that is only looked at as a success, and a host that can't be reached as a failure", async () => {
  await drift();
  expect(await ranUnit()).toBe("Result=success\nExecMainStatus=2");
  expect(await motd()).toBe("theirs");
  await inBox(HOST, "systemctl stop ssh.socket ssh.service");
  expect(await ranUnit()).toBe("Result=exit-code\nExecMainStatus=4");
  await inBox(HOST, "systemctl start ssh.service");
});

it("refuses to run what has changed since, without running it, until it is pinned anew", async () => {
  await inFleet(`echo 'throw new Error("it ran")' >> playbooks/path.ts`);
  expect(await ranUnit()).toBe("Result=exit-code\nExecMainStatus=3");
  const { stdout } = await inFleet("surefoot schedule show motd-lab");
  expect(stdout).toMatch(/ended +refused/);
  expect(stdout).toContain("playbooks/path.ts has changed");
  expect(stdout).toMatch(
    /error\[schedule-changed\]: not as it was when motd-lab was scheduled: .*\/playbooks\/path\.ts has changed/,
  );
  expect(stdout).not.toContain("it ran");
  await inFleet(`printf 'export const path = "/etc/sf-motd"; // ours\\n' > playbooks/path.ts`);
  const repinned = await inFleet("surefoot schedule repin motd-lab");
  expect(repinned.stdout).toMatch(/pinned anew: .*path\.ts has changed\n$/);
  expect(await ranUnit()).toBe("Result=success\nExecMainStatus=2");
  await inFleet("echo '# theirs' >> inventories/lab/hosts.yml");
  expect(await ranUnit()).toBe("Result=exit-code\nExecMainStatus=3");
  await inFleet(`${LOOK} --user ops --schedule daily --follow`);
  await inFleet("echo '# theirs' >> inventories/lab/hosts.yml");
  expect(await ranUnit()).toBe("Result=success\nExecMainStatus=2");
  const [row] = JSON.parse((await inFleet("surefoot schedule list --json")).stdout);
  expect(row).toMatchObject({ name: "motd-lab", pinned: "changed", unit: { exit: 2, ticking: true } });
});

it("refuses what can't work before anything is written", async () => {
  const refused: readonly (readonly [flags: string, says: string])[] = [
    ["--schedule nonsense", "--schedule: systemd does not understand"],
    ["--schedule daily --user nobody-there", "no user"],
    ["--schedule daily --name a/b", "no name for a schedule"],
    ["--schedule daily --name y --state /tmp/x", "has a /tmp of its own"],
    ["--schedule daily --name y --user nobody", "nobody may not write to"],
    ["--schedule daily --name y -e db_password=x", "would show a secret"],
    ["--schedule daily --name y -K", "can't type a password"],
  ];
  for (const [flags, says] of refused) {
    const ran = await inFleet(`${LOOK} ${flags}`);
    expect([ran.exit, ran.stderr]).toEqual([3, expect.stringContaining(says)]);
  }
  const asUser = await inFleet(
    `runuser -u ops -- surefoot drift playbooks/motd.ts -i inventories/lab --schedule daily`,
  );
  expect([asUser.exit, asUser.stderr]).toEqual([3, expect.stringContaining("schedule-requirement")]);
  expect(await inBox(BASTION, "ls /etc/surefoot/schedules")).toBe("motd-lab.json");
});

it("changes a host once where two schedules and a person come at the same time, and none waits for ever", async () => {
  for (const name of ["motd-lab", "again"])
    await inFleet(`${LOOK} --fix --user ops --schedule daily --follow --name ${name}`);
  await drift();
  const started = new Date().toISOString().slice(0, 19);
  await inFleet(`systemctl start --no-block ${UNIT}.service surefoot-drift-again.service
runuser -u ops -- env HOME=/home/ops ${LOOK.replace(" drift ", " run ").replace("/root/", "/home/ops/")} --yes >/dev/null 2>&1
${waitFor(UNIT, "surefoot-drift-again")}`);
  expect(await motd()).toBe("ours");
  const rows = (await inFleet("surefoot history --since 1h -v --json")).stdout.trim().split("\n");
  const told: readonly { readonly at: string; readonly outcome: string; readonly error?: string }[] =
    rows.map((row) => JSON.parse(row));
  const now = told.filter(({ at }) => at >= started);
  expect(now.length).toBeGreaterThanOrEqual(3);
  expect(now.filter(({ outcome }) => outcome === "changed")).toHaveLength(1);
  for (const { outcome, error } of now)
    expect([outcome, error ?? "lease-held"]).toEqual([outcome, "lease-held"]);
  await inFleet("surefoot schedule remove again");
});

it("makes up after a boot for a time that was missed", async () => {
  expect((await inFleet(`${LOOK} --fix --user ops --jitter 0 --follow --schedule daily`)).exit).toBe(0);
  await drift();
  await inBox(BASTION, `touch -d '2 days ago' /var/lib/systemd/timers/stamp-${UNIT}.timer`);
  await reboot(BASTION);
  await until("the run that was missed", async () => (await motd()) === "ours");
  await until("what became of it", async () =>
    /^motd-lab +daily .* 1 corrected /m.test((await inFleet("surefoot schedule list")).stdout),
  );
});

it("leaves nothing behind once it is removed but what was recorded", async () => {
  const removed = await inFleet("surefoot schedule remove motd-lab");
  expect(removed.stdout).toBe(`motd-lab is removed; what its runs recorded stays in ${FLEET}/.surefoot\n`);
  expect(await inBox(BASTION, "find / -xdev -name '*surefoot-drift*'; ls -d /etc/surefoot 2>/dev/null")).toBe(
    "",
  );
  expect(await inBox(BASTION, "systemctl list-units --all --no-legend 'surefoot*'")).toBe("");
  expect((await inFleet("surefoot schedule show motd-lab")).exit).toBe(3);
  expect((await inFleet("surefoot history --since 1h")).stdout).toContain("corrected");
});
