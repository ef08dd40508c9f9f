import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import type { ErrorData } from "../../src/model/error.js";
import type { Ran } from "../support/cli.js";
import { eventsOf, surefoot } from "../support/cli.js";
import {
  CLIENTS,
  custom,
  ENV,
  INVENTORY,
  inBox,
  inventoryWith,
  job,
  LAB,
  onMachine,
  outcomes,
  playbookOf,
} from "./fleet.js";
import { reset } from "./whole.js";

const DIR = process.env.SUREFOOT_LAB_DIR ?? "/var/lib/surefoot";
const PROBE = 'sysctl({ key: "net.ipv4.ip_forward", value: 0, file: false })';

function errorOf(ran: Ran, host: string): ErrorData | undefined {
  const end = eventsOf(ran).find((event) => event.type === "host-finished" && event.host === host);
  return end?.type === "host-finished" ? end.error : undefined;
}

async function onInventory(inventory: string, limit: string, env: NodeJS.ProcessEnv = {}): Promise<Ran> {
  const args = ["plan", "playbooks/ecmp.ts", "-i", inventory, "--limit", limit, "--json", "--timeout", "10"];
  return surefoot(args, { env: { ...ENV, ...env } });
}

it("costs only the host that is cut off, and gives exit 4", async () => {
  const port = ["-n", `sf-${LAB}-fabric`, "link", "set", "client3"];
  expect(await onMachine("ip", ...port, "down")).toBe(0);
  try {
    const inventory = inventoryWith({ "group_vars/all/zz.yml": "ssh: { connect_timeout: 3 }\n" });
    const ran = await onInventory(inventory, "client[1:3]");
    expect(outcomes(ran)).toMatchObject({ client3: "connect-timeout" });
    expect(Object.values(outcomes(ran)).filter((outcome) => outcome === "connect-timeout")).toHaveLength(1);
    expect(ran.exit).toBe(4);
  } finally {
    await onMachine("ip", ...port, "up");
  }
});

it("becomes root by a password, says that one is needed, and that one is wrong", async () => {
  const attempts = (): Promise<string> =>
    inBox("client4", "journalctl --no-pager -q | grep -c 'incorrect password attempt'");
  const before = Number(await attempts());
  const missing = await onInventory(INVENTORY, "client4");
  expect(outcomes(missing)).toEqual({ client4: "become-password-needed" });
  expect(missing.exit).toBe(1);
  const inventory = inventoryWith({
    "host_vars/client4.yml": "become: { password: { env: TEST_SUDO_PASSWORD } }\n",
  });
  const right = await onInventory(inventory, "client4", { TEST_SUDO_PASSWORD: "lab-password" });
  expect(outcomes(right)).toEqual({ client4: "would-change" });
  const wrong = await onInventory(inventory, "client4", { TEST_SUDO_PASSWORD: "a-wrong-word" });
  expect(outcomes(wrong)).toEqual({ client4: "become-password-wrong" });
  for (const ran of [right, wrong]) expect(ran.stdout + ran.stderr).not.toMatch(/lab-password|a-wrong-word/);
  // Tried once: another try by itself could lock the account.
  expect(Number(await attempts()) - before).toBe(1);
});

it("says that sudo is not allowed, and needs none where the login is root's", async () => {
  const ran = await onInventory(INVENTORY, "client5:client6");
  expect(outcomes(ran)).toMatchObject({ client6: "would-change" });
  expect(outcomes(ran).client5).toMatch(/^become-(refused|password-needed)$/);
  expect(ran.exit).toBe(1);
});

it("refuses an unknown host key and a changed one, each with its next step", async () => {
  const known = readFileSync(join(DIR, "labs", LAB, "ssh/known_hosts"), "utf8").split("\n");
  const without = known.filter((line) => !line.includes("client1")).join("\n");
  const key = (name: string): string =>
    known
      .find((line) => line.includes(name))
      ?.split(" ")
      .slice(1)
      .join(" ") ?? "";
  const files = (text: string): Readonly<Record<string, string>> => ({
    known_hosts: text,
    "group_vars/all/zz.yml": "ssh: { known_hosts_file: ../../known_hosts }\n",
  });
  const unknown = await onInventory(inventoryWith(files(without)), "client1:client2");
  expect(outcomes(unknown)).toMatchObject({ client1: "host-key-unknown" });
  expect(errorOf(unknown, "client1")?.hint).toContain("surefoot hosts scan");
  expect(unknown.exit).toBe(4);
  const changed = await onInventory(inventoryWith(files(`192.168.1.21 ${key("client2")}\n`)), "client1");
  expect(outcomes(changed)).toEqual({ client1: "host-key-changed" });
  expect(errorOf(changed, "client1")?.hint).toContain("ssh-keygen -R");
});

it("says that a login was refused", async () => {
  const ran = await onInventory(
    inventoryWith({ "host_vars/client2.yml": "ssh: { user: nobody }\n" }),
    "client2",
  );
  expect(outcomes(ran)).toEqual({ client2: "auth-failed" });
});

it("says that a proxy command failed, and shows what it said", async () => {
  const inventory = inventoryWith({
    "host_vars/client2.yml": 'ssh: { proxy_command: "echo no way out >&2; exit 1" }\n',
  });
  const ran = await onInventory(inventory, "client2");
  expect(outcomes(ran)).toEqual({ client2: "proxy-failed" });
});

it.each([
  ["full", "size=4k,nr_inodes=4", "head -c 4096 /dev/zero > /srv/t/fill", "disk-full"],
  ["read-only", "ro", ":", "read-only"],
])("takes back what it did when a disk turns out to be %s", async (_name, options, fill, code) => {
  await inBox(
    "client2",
    `mkdir -p /srv/t; mount -t tmpfs -o ${options} tmpfs /srv/t; ${fill}; sysctl -qw net.ipv4.tcp_fin_timeout=60`,
  );
  try {
    const ran = await custom(
      'sysctl({ key: "net.ipv4.tcp_fin_timeout", value: 33 }), file({ path: "/srv/t/big", content: "x".repeat(9000) })',
      "--limit",
      "client2",
    );
    expect(outcomes(ran)).toEqual({ client2: code });
    expect(ran.exit).toBe(1);
    expect(errorOf(ran, "client2")?.message).toContain("was taken back");
    expect(
      await inBox(
        "client2",
        "sysctl -n net.ipv4.tcp_fin_timeout; ls /etc/sysctl.d/99-surefoot.conf 2>/dev/null; ls -A /srv/t",
      ),
    ).toMatch(/^60(\nfill)?$/);
  } finally {
    await inBox("client2", "umount /srv/t");
  }
});

it("says that the connection was lost when sshd dies under a step", async () => {
  const ran = await custom(
    `command({ run: host.name === "client2" ? "kill -9 $(pgrep -f 'sshd: ops')" : "true", always: true })`,
    "--limit",
    "client[1:3]",
  );
  expect(outcomes(ran)).toEqual({ client1: "changed", client2: "connection-lost", client3: "changed" });
  expect(ran.exit).toBe(1);
});

it("kills a step that does not end, with all that it started", async () => {
  const ran = await custom(
    'command({ run: "sleep 4242 & sleep 4243", always: true })',
    "--limit",
    "client2",
    "--step-timeout",
    "2",
  );
  expect(outcomes(ran)).toEqual({ client2: "step-timeout" });
  expect(await inBox("client2", "pgrep -f 'sleep 424[23]$'")).toBe("");
});

it("finishes what is in flight when interrupted, starts nothing new, and says so", async () => {
  const playbook = playbookOf("command({ run: 'sleep 2', always: true })");
  const args = [
    "run",
    playbook,
    "-i",
    INVENTORY,
    "--json",
    "--yes",
    "--limit",
    "client[1:3]",
    "--forks",
    "1",
  ];
  let interrupted = false;
  const ran = await surefoot(args, {
    env: ENV,
    watch: (told, kill) => {
      // The first host is at work by now; its two seconds have not passed.
      if (interrupted || !told.includes('"type":"step-started"')) return;
      interrupted = true;
      kill("SIGINT");
    },
  });
  expect(outcomes(ran)).toEqual({ client1: "changed", client2: "skipped", client3: "skipped" });
  expect(ran.exit).toBe(130);
  expect(ran.stderr).toContain("no new host is started");
});

it("is not disturbed by a login shell that talks, a strange shell, or another language", async () => {
  await inBox(
    "client2",
    "echo 'echo hello from bashrc; LANG=de_DE.UTF-8' > /home/ops/.bashrc; echo banner > /etc/motd",
  );
  expect(outcomes(await custom(PROBE, "--limit", "client2"))).toEqual({ client2: "ok" });
  await inBox("client2", "rm /home/ops/.bashrc /etc/motd; usermod -s /bin/dash ops");
  expect(outcomes(await custom(PROBE, "--limit", "client2"))).toEqual({ client2: "ok" });
  await inBox("client2", "usermod -s /bin/bash ops");
});

/** A change that can cut the wire, and so takes all that a run does: two logins, a guard, a timer. */
const CUTS = 'sysctl({ key: "net.ipv4.conf.eth1.rp_filter", value: 2, file: false })';
const uncut = (): Promise<string> => inBox("client2", "sysctl -qw net.ipv4.conf.eth1.rp_filter=0");

it.each([
  ["/usr/bin/fish", ".config/fish/config.fish", "echo hello from fish; touch ~/.told"],
  ["/bin/tcsh", ".cshrc", "echo hello from csh; touch ~/.told"],
])("works where the login shell is %s", async (shell, file, text) => {
  await uncut();
  await inBox(
    "client2",
    `mkdir -p /home/ops/.config/fish; echo '${text}' > /home/ops/${file}; chown -R ops: /home/ops/.config; usermod -s ${shell} ops`,
  );
  try {
    expect(outcomes(await custom(CUTS, "--limit", "client2"))).toEqual({ client2: "changed" });
    expect(await inBox("client2", "ls /home/ops/.told")).not.toBe("");
  } finally {
    await inBox(
      "client2",
      "usermod -s /bin/bash ops; rm -rf /home/ops/.config /home/ops/.cshrc /home/ops/.told",
    );
    await uncut();
  }
});

it.each([
  [
    "may hold no programs",
    "mount -t tmpfs -o noexec,mode=1777 tmpfs /tmp; mount -t tmpfs -o noexec,mode=1777 tmpfs /var/tmp",
  ],
  ["is not there", "mv /tmp /tmp-away; mv /var/tmp /var/tmp-away"],
])("works where /tmp %s", async (_how, before) => {
  await uncut();
  await inBox("client2", before);
  try {
    expect(outcomes(await custom(CUTS, "--limit", "client2"))).toEqual({ client2: "changed" });
    expect(outcomes(await job("run", "--limit", "client2"))).toEqual({ client2: "changed" });
    expect(await inBox("client2", "ls -A /tmp /var/tmp 2>/dev/null | grep -i surefoot")).toBe("");
  } finally {
    await inBox(
      "client2",
      "umount /tmp /var/tmp; if [ -d /tmp-away ]; then rm -rf /tmp /var/tmp; mv /tmp-away /tmp; mv /var/tmp-away /var/tmp; fi",
    );
    await reset("client2");
  }
});

it("waits for a host that answers slowly, and holds no other up meanwhile", async () => {
  await uncut();
  await inBox(
    "client2",
    "cd /home/ops; [ ! -e .bashrc ] || mv .bashrc .bashrc.away; echo sleep 20 > .bashrc",
  );
  try {
    const ran = await custom(CUTS, "--limit", "client[1:2]", "--confirm-timeout", "90");
    expect(outcomes(ran)).toEqual({ client1: "changed", client2: "changed" });
    const ends = eventsOf(ran).flatMap((event) => (event.type === "host-finished" ? [event.host] : []));
    expect(ends).toEqual(["client1", "client2"]);
    const impatient = await custom(CUTS, "--limit", "client2", "--timeout", "5");
    expect(errorOf(impatient, "client2")?.hint).toContain("--timeout");
  } finally {
    await inBox("client2", "cd /home/ops; rm .bashrc; [ ! -e .bashrc.away ] || mv .bashrc.away .bashrc");
    for (const client of ["client1", "client2"])
      await inBox(client, "sysctl -qw net.ipv4.conf.eth1.rp_filter=0");
  }
}, 240_000);

it("leaves nothing behind on the hosts", async () => {
  for (let n = 1; n <= CLIENTS; n++) {
    const left = await inBox(
      `client${n}`,
      "ls -A /tmp /home/ops 2>/dev/null | grep -i surefoot; find /etc -name '.surefoot*'; pgrep -f '[s]urefoot_main'",
    );
    expect(left).toBe("");
  }
});

afterAll(async () => {
  await onMachine("ip", "-n", `sf-${LAB}-fabric`, "link", "set", "client3", "up");
});
