import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { SurefootError } from "../../../src/model/error.js";
import { localTransport } from "../../../src/transport/local.js";
import type { Transport } from "../../../src/transport/transport.js";
import { line, volatileLine } from "../../support/counter.js";
import { errorOf, folder, outcomeOf, run } from "../runs.js";
import { boots, dyingAt } from "./dying.js";
import { startOf } from "./proc.js";

const CUTS = { cuts: true } as const;

/** A transport that gets worse once it has been logged in to. */
function worse(more: Partial<Transport>, logins = 1): Transport {
  let count = 0;
  return {
    ...localTransport,
    connect: (target, signal) => {
      count++;
      // The host answers again once its timer has fired.
      if (count === logins + 1 && more.connect !== undefined) return more.connect(target, signal);
      return localTransport.connect(target, signal);
    },
    ...(more.knock === undefined ? {} : { knock: more.knock }),
  };
}

const refused: Transport["connect"] = () =>
  Promise.reject(new SurefootError({ code: "connect-timeout", message: "no answer", hint: "Look." }));

it("changes what can cut under a timer, and leaves nothing of it", async () => {
  const dir = folder();
  const ran = await run([line({ path: join(dir, "f"), text: "a" }, CUTS)], { guard: dir });
  expect(outcomeOf(ran)).toBe("changed");
  expect(readFileSync(join(dir, "f"), "utf8")).toBe("a\n");
  expect(existsSync(join(dir, "guard"))).toBe(false);
});

it.each([
  ["no new login is answered", worse({ connect: refused }), /could not be reached over a new connection/],
  [
    "one of the other connections is not answered",
    worse({ knock: async () => false }),
    /only 0 of 2 new connections/,
  ],
])("takes it back when %s", async (_why, transport, said) => {
  const dir = folder();
  writeFileSync(join(dir, "f"), "old\n");
  const ran = await run([line({ path: join(dir, "f"), text: "new" }, CUTS)], { guard: dir, transport });
  expect(outcomeOf(ran)).toBe("rolled-back");
  expect(errorOf(ran)).toMatchObject({ code: "not-confirmed" });
  expect(errorOf(ran)?.message).toMatch(said);
  expect(readFileSync(join(dir, "f"), "utf8")).toBe("old\n");
  expect(existsSync(join(dir, "guard"))).toBe(false);
});

it("takes back a change that does not stick, by the host itself", async () => {
  const dir = folder();
  const ran = await run([line({ path: join(dir, "f"), text: "a", lie: "b" }, CUTS)], { guard: dir });
  expect(outcomeOf(ran)).toBe("rolled-back");
  expect(errorOf(ran)?.code).toBe("not-converged");
  expect(existsSync(join(dir, "f"))).toBe(false);
});

it("takes back what was confirmed, too, when a later turn fails", async () => {
  const dir = folder();
  writeFileSync(join(dir, "f"), "old\n");
  const ran = await run(
    [
      line({ path: join(dir, "f"), text: "new" }, CUTS),
      volatileLine({ path: join(dir, "g"), text: "x", before: "exit 9" }),
    ],
    { guard: dir },
  );
  expect(errorOf(ran)?.code).toBe("step-failed");
  expect(outcomeOf(ran)).toBe("rolled-back");
  expect(readFileSync(join(dir, "f"), "utf8")).toBe("old\n");
});

it("ends what the change still runs when its time is over, and takes it back", async () => {
  const dir = folder();
  writeFileSync(join(dir, "f"), "old\n");
  const [file, once, end] = ["f", "once", "went-on"].map((name) => join(dir, name));
  // Taking it back runs the same step, which then does not linger.
  const before = `[ -e ${once} ] || { touch ${once}; echo half > ${file}; sleep 30; touch ${end}; }`;
  const ran = await run([line({ path: join(dir, "f"), text: "new", before }, CUTS)], {
    guard: dir,
    confirm: { seconds: 5, connections: 0 },
  });
  expect(outcomeOf(ran)).toBe("rolled-back");
  expect(errorOf(ran)?.message).toContain("fell silent");
  expect(readFileSync(join(dir, "f"), "utf8")).toBe("old\n");
  expect(existsSync(join(dir, "went-on"))).toBe(false);
  // Nothing was armed again by what looked at the host afterwards.
  expect(existsSync(join(dir, "guard"))).toBe(false);
});

it("arms nothing for a change that can't cut, but takes the lease", async () => {
  const dir = folder();
  const seen = join(dir, "seen");
  const before = `ls ${join(dir, "guard", "lease")} > ${seen}`;
  const ran = await run([line({ path: join(dir, "f"), text: "a", before })], { guard: dir });
  expect(outcomeOf(ran)).toBe("changed");
  expect(readFileSync(seen, "utf8").split("\n")).toEqual(["group", "owner", ""]);
  expect(existsSync(join(dir, "guard"))).toBe(false);
});

it("gives the lease back where rm can't take folders, and what else lies beside it stays", async () => {
  const [dir, bin] = [folder(), folder()];
  writeFileSync(join(bin, "rm"), `#!/bin/sh\n[ "$1" != -df ] || exit 1\nexec /bin/rm "$@"\n`);
  chmodSync(join(bin, "rm"), 0o755);
  const path = process.env.PATH ?? "";
  process.env.PATH = `${bin}:${path}`;
  try {
    await run([line({ path: join(dir, "f"), text: "a" })], { guard: dir });
  } finally {
    process.env.PATH = path;
  }
  expect(existsSync(join(dir, "guard"))).toBe(false);
  const beside = join(dir, "guard", "beside");
  mkdirSync(beside, { recursive: true });
  await run([line({ path: join(dir, "f"), text: "b" })], { guard: dir });
  expect(readdirSync(join(dir, "guard"))).toEqual(["beside"]);
});

const uptime = (): number => Number(readFileSync("/proc/uptime", "utf8").split(".")[0]);

it.each([
  ["another's shell that runs", process.pid, 60, "lease-held"],
  ["another's shell that has been silent for too long", process.pid, -1, undefined],
  ["a shell that is gone", 4_194_303, 60, undefined],
])("respects the lease of %s as it should", async (_whose, pid, left, code) => {
  const dir = folder();
  const lease = join(dir, "guard", "lease");
  mkdirSync(lease, { recursive: true });
  const start = pid === process.pid ? startOf(pid) : "1";
  const owner = {
    token: "other",
    pid,
    start,
    until: uptime() + left,
    run: "r0",
    who: "ann@far (pid 1)",
    since: "2026-01-01",
  };
  writeFileSync(
    join(lease, "owner"),
    Object.entries(owner)
      .map(([key, value]) => `${key}=${value}\n`)
      .join(""),
  );
  const ran = await run([line({ path: join(dir, "f"), text: "a" })], { guard: dir });
  expect(errorOf(ran)?.code).toBe(code);
  if (code !== undefined)
    expect(errorOf(ran)?.message).toContain("ann@far (pid 1) is changing this host since 2026-01-01");
  expect(existsSync(join(dir, "f"))).toBe(code === undefined);
});

it("takes back what a run that is gone left behind, then goes on", async () => {
  const dir = folder();
  const lease = join(dir, "guard", "lease");
  mkdirSync(lease, { recursive: true });
  writeFileSync(
    join(lease, "owner"),
    "token=other\npid=4194303\nstart=1\nuntil=0\nrun=r0\nwho=ann\nsince=then\n",
  );
  writeFileSync(join(lease, "armed"), `${uptime() - 5}\n`);
  writeFileSync(
    join(lease, "undo.sh"),
    `mv ${lease}/armed ${lease}/fired; touch ${dir}/undone; rm -r ${lease}\n`,
  );
  const ran = await run([line({ path: join(dir, "f"), text: "a" })], { guard: dir });
  expect(outcomeOf(ran)).toBe("changed");
  expect(existsSync(join(dir, "undone"))).toBe(true);
  expect(JSON.stringify(ran.events)).toContain("nobody is there any more to confirm it");
});

it.each([
  ["once", 1, "rolled-back", "old\n", /took the change back, and was read again as it was/],
  ["each time", 99, "failed", "new\n", /taking back failed for line .*\/f: the host is partly changed/],
])(
  "takes back all that can be where a step of it fails %s, and says what is left",
  async (_how, times, outcome, text, said) => {
    const dir = folder();
    for (const name of ["f", "g"]) writeFileSync(join(dir, name), "old\n");
    const tried = join(dir, "tried");
    // The first time is the change itself.
    const before = `echo x >> ${tried}; n=$(grep -c x ${tried}); [ $n -eq 1 ] || [ $n -gt ${1 + times} ] || { echo no way back >&2; exit 9; }`;
    const ran = await run(
      [
        line({ path: join(dir, "f"), text: "new", before }, CUTS),
        line({ path: join(dir, "g"), text: "new" }, CUTS),
      ],
      { guard: dir, transport: worse({ knock: async () => false }) },
    );
    expect(outcomeOf(ran)).toBe(outcome);
    expect(errorOf(ran)?.code).toBe("not-confirmed");
    expect(errorOf(ran)?.message).toMatch(said);
    expect(errorOf(ran)?.detail ?? "").toBe(
      outcome === "failed" ? "no way back\nno way back\nno way back" : "",
    );
    expect(readFileSync(join(dir, "f"), "utf8")).toBe(text);
    expect(readFileSync(join(dir, "g"), "utf8")).toBe("old\n");
    expect(existsSync(join(dir, "guard"))).toBe(false);
  },
);

it.each([
  ["0", "and the host took it back by itself"],
  ["1", "and the host could not take all of it back"],
])("tells the next run how an undoing ended that nobody has seen: result %s", async (result, said) => {
  const dir = folder();
  const last = join(dir, "guard", "last");
  mkdirSync(last, { recursive: true });
  writeFileSync(
    join(last, "owner"),
    `token=other\npid=4194303\nstart=1\nuntil=0\nrun=r0\nwho=ann\nsince=then\nresult=${result}\n`,
  );
  const ran = await run([line({ path: join(dir, "f"), text: "a" })], { guard: dir });
  const warnings = ran.events.flatMap((event) => (event.type === "warning" ? [event.message] : []));
  expect(warnings.join()).toContain(`an earlier change by ann (run r0) was never confirmed, ${said}`);
});

it("ends what the change still runs when the host is told to take it back before its time is over", async () => {
  const dir = folder();
  writeFileSync(join(dir, "f"), "old\n");
  const once = join(dir, "once");
  // Silent for longer than what the confirmation leaves, and done long after the host has taken it back, which does not wait.
  const before = `[ -e ${once} ] || { touch ${once}; sleep 4; }`;
  const ran = await run([line({ path: join(dir, "f"), text: "new", before }, CUTS)], {
    guard: dir,
    confirm: { seconds: 5, connections: 0 },
  });
  expect(outcomeOf(ran)).toBe("rolled-back");
  await new Promise((resolve) => setTimeout(resolve, 4_000));
  expect(readFileSync(join(dir, "f"), "utf8")).toBe("old\n");
});

it("lets the timer fire first where it rehearses, then goes on", async () => {
  const dir = folder();
  const log = join(dir, "log");
  writeFileSync(join(dir, "f"), "old\n");
  const before = `echo went >> ${log}`;
  const ran = await run([line({ path: join(dir, "f"), text: "new", before }, CUTS)], {
    guard: dir,
    rehearses: () => true,
    // What is confirmed behind it has three seconds less, and other tests run beside it.
    confirm: { seconds: 7, connections: 0 },
  });
  expect(outcomeOf(ran)).toBe("changed");
  // There, and back by the same step, and there again.
  expect(readFileSync(log, "utf8")).toBe("went\nwent\nwent\n");
  expect(ran.events.some((event) => event.type === "host-rehearsed")).toBe(true);
});

it("takes back what an earlier turn did when the connection dies under the next", async () => {
  const dir = folder();
  writeFileSync(join(dir, "f"), "old\n");
  const ran = await run(
    [
      line({ path: join(dir, "f"), text: "new" }),
      // Its guard ends the very shell that reads it, once the first turn is done.
      volatileLine({ path: join(dir, "g"), text: "x", kills: join(dir, "f") }),
    ],
    { guard: dir },
  );
  expect(errorOf(ran)?.code).toBe("connection-lost");
  expect(errorOf(ran)?.message).toContain("was taken back");
  expect(readFileSync(join(dir, "f"), "utf8")).toBe("old\n");
});

it.each([
  ["the connection dies under it", "connection-lost", "kill -s KILL $$"],
  ["it does not end in time", "step-timeout", "sleep 60"],
])("takes a change back that needs no timer when %s", async (_why, code, how) => {
  const dir = folder();
  writeFileSync(join(dir, "f"), "old\n");
  const once = join(dir, "once");
  const before = `[ -e ${once} ] || { touch ${once}; ${how}; }`;
  const ran = await run(
    [line({ path: join(dir, "f"), text: "new" }), line({ path: join(dir, "g"), text: "x", before })],
    { guard: dir, timeouts: { probeMs: 10_000, stepMs: 2_000 } },
  );
  expect(errorOf(ran)?.code).toBe(code);
  expect(errorOf(ran)?.message).toContain("was taken back, and was read again as it was");
  expect(readFileSync(join(dir, "f"), "utf8")).toBe("old\n");
  expect(existsSync(join(dir, "g"))).toBe(false);
  expect(existsSync(join(dir, "guard"))).toBe(false);
});

it.each([
  ["the host was told", "changed", "new\n", (_dir: string) => (deliver: () => void) => deliver()],
  ["the host was not told", "changed", "new\n", () => () => undefined],
  ["the host boots just then, and takes back what was written", "rolled-back", "old\n", boots],
])(
  "asks the host, and reads it again, when the connection dies under the disarming: %s",
  async (_how, outcome, text, host) => {
    const dir = folder();
    writeFileSync(join(dir, "f"), "old\n");
    const ran = await run([line({ path: join(dir, "f"), text: "new" }, CUTS)], {
      guard: dir,
      transport: dyingAt((script) => script.includes('mv "$l/armed" "$l/disarmed"'), host(dir)),
    });
    expect(outcomeOf(ran)).toBe(outcome);
    expect(readFileSync(join(dir, "f"), "utf8")).toBe(text);
    expect(existsSync(join(dir, "guard"))).toBe(false);
  },
);

it.each([
  ["once", 1, "rolled-back", /the host took the change back, and was read again as it was/],
  ["every time", 99, "failed", /could not be read again, so it is not known whether it did/],
])(
  "reads a host anew that has taken a change back, when the connection dies under it %s",
  async (_how, times, outcome, said) => {
    const dir = folder();
    writeFileSync(join(dir, "f"), "old\n");
    let undone = false;
    const reads = (script: string): boolean => {
      if (script.includes('"$d/last/log"')) undone = true;
      else if (undone) return script.includes(join(dir, "f"));
      return false;
    };
    const ran = await run([line({ path: join(dir, "f"), text: "new" }, CUTS)], {
      guard: dir,
      transport: { ...dyingAt(reads, () => undefined, times), knock: async () => false },
    });
    expect(outcomeOf(ran)).toBe(outcome);
    expect(errorOf(ran)?.message).toMatch(said);
    expect(errorOf(ran)?.message).not.toContain("partly changed");
    expect(readFileSync(join(dir, "f"), "utf8")).toBe("old\n");
  },
);

it("says that the time was over, and not that the connection died, where the timer ended a step", async () => {
  const dir = folder();
  writeFileSync(join(dir, "f"), "old\n");
  const once = join(dir, "once");
  // The step of another turn, so that nobody waits for what may cut the wire; it comes back under the timer of the first.
  const before = `[ -e ${once} ] || { touch ${once}; sleep 30; }`;
  const ran = await run(
    [line({ path: join(dir, "f"), text: "new" }, CUTS), line({ path: join(dir, "g"), text: "x", before })],
    { guard: dir, confirm: { seconds: 4, connections: 0 } },
  );
  expect(outcomeOf(ran)).toBe("rolled-back");
  expect(errorOf(ran)).toMatchObject({
    code: "not-confirmed",
    message: expect.stringContaining("the timer fired"),
  });
});
