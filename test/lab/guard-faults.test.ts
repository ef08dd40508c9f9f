import { mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeAll, expect, it } from "vitest";
import type { Ran } from "../support/cli.js";
import { eventsOf, ROOT, surefoot } from "../support/cli.js";
import { ENV, INVENTORY, inBox, job, killed, LAB, until, up } from "./fleet.js";
import { errorOf, gone, outcomeOf, reset, state } from "./whole.js";

const CLIENTS = ["client1", "client2", "client3"] as const;
type Client = (typeof CLIENTS)[number];
/** Short, where the timer is waited for. */
const CONFIRM = ["--confirm-timeout", "12"];
/** Long, where it must not fire however slow the machine is. */
const PATIENT = ["--confirm-timeout", "90"];

const fault = (...words: readonly string[]): Promise<Ran> =>
  surefoot(["lab", "fault", ...words], { env: ENV });

/** Points of the flagship job at which it is held: under its timer, before the confirmation ends or behind all writing. */
type Point = "confirming" | "written";

const stay = (point: Point): string =>
  JSON.stringify(`[ -e /run/hold-${point} ] || exit 0
touch /run/at-${point}; i=0
while [ -e /run/hold-${point} ] && [ $i -lt 600 ]; do sleep 0.2; i=$((i+1)); done`);

/** The flagship job, which stays at a point for as long as the host has the file `/run/hold-POINT`, but no longer than two minutes. */
const FOLDER = mkdtempSync(join(tmpdir(), "surefoot-playbook-"));
const HELD = join(FOLDER, "held.ts");
symlinkSync(join(ROOT, "templates"), join(FOLDER, "templates"));
writeFileSync(
  HELD,
  `import { command, custom, playbook } from "surefoot";
import ecmp from ${JSON.stringify(join(ROOT, "playbooks/ecmp.ts"))};
export default playbook({
  ...ecmp,
  tasks: (context) => [ecmp.tasks(context), command({ run: ${stay("written")}, always: true })],
  checks: (context) => [ecmp.checks(context), custom({ run: ${stay("confirming")}, timeout: 120 })],
});
`,
);

/** Starts the job on a client and comes back when it is held at the point, with the promise of its end. */
async function held(client: Client, point: Point, ...more: readonly string[]): Promise<() => Promise<Ran>> {
  await inBox(client, `touch /run/hold-${point}`);
  const args = ["run", HELD, "-i", INVENTORY, "--limit", client, "--json", "--yes", ...more];
  let over: Ran | undefined;
  const ran = surefoot(args, { env: ENV }).then((ended) => {
    over = ended;
    return ended;
  });
  await until(`the job to be ${point} on ${client}`, async () => {
    if (over !== undefined) throw new Error(`the job was not held: ${over.stdout}${over.stderr}`);
    return (await inBox(client, `ls /run/at-${point} 2>/dev/null`)) !== "";
  });
  return () => ran;
}

const letGo = (client: Client): Promise<string> => inBox(client, "rm -f /run/hold-* /run/at-*");

/** What a client looks like when the job was never run there, and when it is done. */
const before = new Map<Client, string>();
const after = new Map<Client, string>();

/** Each client must be wholly before or wholly after, as the run says of it; a further run must end well, and then it is reset. */
async function wholeAndWell(ran: Ran, clients: readonly Client[]): Promise<void> {
  await Promise.all(clients.map(gone));
  for (const client of clients) {
    const done = outcomeOf(ran, client) === "changed";
    expect(await state(client), `${client}: ${JSON.stringify(errorOf(ran, client))}`).toBe(
      (done ? after : before).get(client),
    );
    if (!done) expect(outcomeOf(ran, client)).toBe("rolled-back");
  }
  expect(ran.exit).toBe(clients.every((client) => outcomeOf(ran, client) === "changed") ? 0 : 1);
  await endsWell(clients);
}

async function endsWell(clients: readonly Client[]): Promise<void> {
  const next = await job("run", "--limit", clients.join(":"));
  expect(next.exit, next.stdout).toBe(0);
  for (const client of clients) expect(await state(client)).toBe(after.get(client));
  await reset(...clients);
}

async function learn(into: Map<Client, string>): Promise<void> {
  for (const client of CLIENTS) into.set(client, await state(client));
}

/** Lets all attempts end before one that failed counts: what goes on would disturb the next test. */
async function together(attempts: readonly Promise<void>[]): Promise<void> {
  for (const ended of await Promise.allSettled(attempts)) if (ended.status === "rejected") throw ended.reason;
}

beforeAll(async () => {
  await reset(...CLIENTS);
  await learn(before);
  expect((await job("run", "--limit", "client[1:3]")).exit).toBe(0);
  await learn(after);
  await reset(...CLIENTS);
});

afterEach(async ({ task }) => {
  if (task.result?.state !== "fail") return;
  await fault("heal-all");
  await Promise.all(CLIENTS.map(async (client) => [await letGo(client), await gone(client)]));
  await reset(...CLIENTS);
});

it("comes back by its timer when sshd is killed right after apply", async () => {
  const attempt = async (client: Client): Promise<void> => {
    const ran = await held(client, "confirming", ...CONFIRM);
    expect(
      await inBox(client, "systemctl show 'surefoot-undo-*.timer' -p TimersMonotonic,TimersCalendar"),
    ).toMatch(/^TimersMonotonic=.*OnActiveUSec=12s/);
    await fault("kill-sshd", client);
    await letGo(client);
    await gone(client);
    expect(await state(client)).toBe(before.get(client));
    await fault("start-sshd", client);
    expect(errorOf(await ran(), client)?.message).toContain("the host took the change back");
    await wholeAndWell(await ran(), [client]);
  };
  await together([attempt("client1"), attempt("client2")]);
});

it("comes back, or is confirmed, when its cable is out for 10 s during the confirmation", async () => {
  const attempt = async (client: Client, point: Point): Promise<void> => {
    const ran = await held(client, point, ...PATIENT);
    await fault("cut-link", client);
    await letGo(client);
    // How long the fault lasts is what is tried, and no time that is waited for.
    await sleep(10_000);
    await fault("heal-link", client);
    await wholeAndWell(await ran(), [client]);
  };
  await together([
    attempt("client1", "confirming"),
    attempt("client2", "confirming"),
    attempt("client3", "written"),
  ]);
}, 240_000);

const FULL = [
  // Files are written once all is confirmed.
  ["client1", "fill-disk", "free-disk", "disk-full"],
  // Owned by systemd-networkd: what a boot would start is written under the timer, and its way back before it.
  ["client2", "fill-disk", "free-disk", "disk-full"],
  ["client3", "", "", "read-only"],
] as const;

it("takes the running state back, too, when the startup state can't be written", async () => {
  const attempt = async ([client, how, heal, code]: (typeof FULL)[number]): Promise<void> => {
    if (how !== "") await fault(how, client);
    else await inBox(client, "mount --bind /etc /etc; mount -o remount,ro,bind /etc");
    const ran = await job("run", "--limit", client, ...PATIENT);
    expect(errorOf(ran, client)).toMatchObject({ code });
    expect(ran.exit).toBe(1);
    const left =
      "ls -A /run/surefoot /var/lib/surefoot; systemctl list-units --all --no-legend 'surefoot-undo*'";
    // Stopping its own timer is the last that the undoing does, which the run does not wait for.
    await until(`nothing to be left on ${client}`, async () => (await inBox(client, left)) === "");
    if (heal !== "") await fault(heal, client);
    else await inBox(client, "umount /etc");
    expect(await state(client)).toBe(before.get(client));
    await endsWell([client]);
  };
  await together(FULL.map(attempt));
}, 240_000);

it("lets exactly one of two runs that start together change each host", async () => {
  const changed = (ran: Ran): readonly string[] =>
    CLIENTS.filter((client) => outcomeOf(ran, client) === "changed");
  const runOf = (ran: Ran): string | undefined =>
    eventsOf(ran).find((event) => event.type === "run-started")?.run;
  for (let round = 0; round < 2; round++) {
    const runs = await Promise.all([1, 2].map(() => job("run", "--limit", "client[1:3]", ...PATIENT)));
    const [one, two] = runs;
    if (one === undefined || two === undefined) throw new Error("two runs were started");
    expect([...changed(one), ...changed(two)].sort()).toEqual(CLIENTS);
    for (const [mine, other] of [
      [one, two],
      [two, one],
    ] as const) {
      const beaten = CLIENTS.filter((client) => !changed(mine).includes(client));
      for (const client of beaten) {
        const stepped = eventsOf(mine).some(
          (event) => event.type === "step-started" && event.host === client,
        );
        expect(stepped).toBe(false);
        // Who comes late finds all done.
        if (outcomeOf(mine, client) === "ok") continue;
        expect(errorOf(mine, client)).toMatchObject({ code: "lease-held" });
        expect(errorOf(mine, client)?.message).toContain(`is changing this host since`);
        expect(errorOf(mine, client)?.message).toContain(`(run ${runOf(other)})`);
      }
      expect(mine.exit).toBe(beaten.some((client) => outcomeOf(mine, client) !== "ok") ? 1 : 0);
    }
    for (const client of CLIENTS) {
      await gone(client);
      expect(await state(client)).toBe(after.get(client));
    }
    await reset(...CLIENTS);
  }
}, 240_000);

it.each([
  ["client1", /"type":"timer-armed"/],
  ["client2", /"phase":"confirm"/],
  ["client3", /step-started.*create \/etc\/systemd\/system\/ecmp-route.service/],
] as const)("goes on with a run whose controller was killed: %s, after %s", async (client, point) => {
  const states = ["--state", mkdtempSync(join(tmpdir(), "surefoot-state-"))];
  const ran = await killed((told) => point.test(told), "--limit", client, ...CONFIRM, ...states);
  expect(ran.exit).toBe(null);
  const again = await surefoot(["runs", "resume", "last", "--yes", "--json", ...PATIENT, ...states], {
    env: ENV,
  });
  expect(again.exit, again.stdout).toBe(0);
  // Behind the last steps the host may have found all as planned by itself, so that nothing is left to do.
  expect(outcomeOf(again, client)).toMatch(point.source.includes("create") ? /^(changed|ok)$/ : /^changed$/);
  await gone(client);
  expect(await state(client)).toBe(after.get(client));
  await reset(client);
});

it.each([
  // Behind a comment, nobody can foresee which line of the file a setting becomes, so that the host waits to be told.
  [
    "the old configuration when the power fails behind all writing",
    "echo '# ours' > /etc/sysctl.d/99-ecmp.conf",
    "rolled-back",
  ],
  ["the new one when the host has found all as planned, and nobody has heard it", ":", "changed"],
] as const)(
  "boots into %s, and is read as such",
  async (_which, prepare, outcome) => {
    const boot = async (): Promise<void> => {
      await fault("power-cycle", "client1");
      await up();
      await until("client1 to boot", async () =>
        /running|degraded/.test(await inBox("client1", "systemctl is-system-running")),
      );
    };
    await inBox("client1", prepare);
    await boot();
    const booted = await state("client1");
    let goOn: (() => void) | undefined;
    const args = [
      "run",
      "playbooks/ecmp.ts",
      "-i",
      INVENTORY,
      "--limit",
      "client1",
      "--json",
      "--yes",
      ...PATIENT,
    ];
    const ran = surefoot(args, {
      env: ENV,
      watch: (told, kill) => {
        // The host goes on with what it was told; nobody is there to confirm it.
        if (
          goOn !== undefined ||
          !/step-started[^\n]*create \/etc\/systemd\/system\/ecmp-route.service/.test(told)
        )
          return;
        goOn = () => kill("SIGCONT");
        kill("SIGSTOP");
      },
    });
    await until(
      "all to be written",
      async () =>
        (await inBox("client1", "systemctl is-active ecmp-route.service surefoot-route-eth1.service")) ===
        "active\nactive",
    );
    const armed = "if [ -e /run/surefoot/lease/armed ]; then echo armed; fi";
    if (outcome === "rolled-back") expect(await inBox("client1", armed)).toBe("armed");
    else await until("the host to disarm its timer", async () => (await inBox("client1", armed)) === "");
    await boot();
    if (outcome === "rolled-back") expect(await state("client1")).toBe(booted);
    else expect(await state("client1")).not.toBe(booted);
    goOn?.();
    expect(outcomeOf(await ran, "client1"), errorOf(await ran, "client1")?.message).toBe(outcome);
    expect((await ran).exit).toBe(outcome === "changed" ? 0 : 1);
    expect((await job("run", "--limit", "client1")).exit).toBe(0);
    expect((await job("plan", "--limit", "client1")).exit).toBe(0);
    await reset("client1");
  },
  240_000,
);

it("touches no host beyond the waves that spend the budget, and all that it touched come back", async () => {
  const lab = { SUREFOOT_LAB: `${LAB}20` };
  const dir = mkdtempSync(join(tmpdir(), "surefoot-twenty-"));
  const inventory = join(dir, "inventory");
  const hosts = Array.from({ length: 20 }, (_, i) => `client${i + 1}`);
  const routes = async (): Promise<readonly string[]> =>
    Promise.all(
      hosts.map(async (host) => {
        const ran = await surefoot(
          ["lab", "exec", host, "--", "sh", "-c", "ip route; ls -A /etc/sysctl.d /run/surefoot 2>/dev/null"],
          { env: lab },
        );
        return ran.stdout;
      }),
    );
  try {
    expect(
      await surefoot(["lab", "up", "--clients", "20", "--inventory", inventory], { env: lab }),
    ).toMatchObject({
      exit: 0,
    });
    mkdirSync(join(inventory, "host_vars"), { recursive: true });
    for (const host of hosts.slice(4)) {
      writeFileSync(
        join(inventory, "host_vars", `${host}.yml`),
        "gateways: [{ address: 192.168.1.1 }, { address: 192.168.1.250 }]\necho_url: http://203.0.113.10/\n",
      );
    }
    writeFileSync(
      join(FOLDER, "waves.ts"),
      `import { playbook } from "surefoot";
import ecmp from ${JSON.stringify(join(ROOT, "playbooks/ecmp.ts"))};
export default playbook({ ...ecmp, rollout: { waves: [1, 4, 8], budget: 2 } });
`,
    );
    const found = await routes();
    const args = [
      "run",
      join(FOLDER, "waves.ts"),
      "-i",
      inventory,
      "--json",
      "--yes",
      "--state",
      dir,
      "--confirm-timeout",
      "25",
    ];
    const ran = await surefoot(args, { env: lab });
    const wave = (from: number, to: number): readonly (string | undefined)[] =>
      hosts.slice(from, to).map((host) => outcomeOf(ran, host));
    expect(wave(0, 4)).toEqual(Array(4).fill("changed"));
    expect(wave(4, 8)).toEqual(Array(4).fill("rolled-back"));
    expect(wave(8, 20)).toEqual(Array(12).fill("skipped"));
    expect(ran.exit).toBe(1);
    expect((await routes()).slice(4)).toEqual(found.slice(4));
    const touched = eventsOf(ran).flatMap((event) => (event.type === "host-phase" ? [event.host] : []));
    expect([...new Set(touched)].sort()).toEqual(hosts.slice(0, 8));
    const said = (await surefoot(["runs", "show", "last", "--state", dir], { env: lab })).stdout;
    expect(said).toMatch(/4 changed, 4 rolled back, 12 not started/);
    expect(said).toMatch(/surefoot runs resume \S+/);
    expect(said).toMatch(/surefoot rollback \S+/);
  } finally {
    await surefoot(["lab", "down"], { env: lab });
  }
}, 240_000);
