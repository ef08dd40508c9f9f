import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { sh } from "../../../src/model/sh.js";
import { armedByAnother, gateError, gateOf } from "../../../src/run/guard/gate.js";
import { ARMED, FOREIGN, HELD } from "../../../src/run/guard/lease.js";
import { undoScript } from "../../../src/run/guard/undo.js";
import { folder } from "../runs.js";
import { startOf } from "./proc.js";

const dir = (root: string): string => join(root, "guard");
const leaseIn = (root: string) => ({ token: "mine", run: "r1", who: "me", since: "now", dir: dir(root) });
const timerIn = (root: string) => ({ token: "mine", dir: dir(root), seconds: 60, undo: [] });

/** Runs setup and gate as the host's shell does, then a step. */
function open(
  { setup, gate }: Pick<ReturnType<typeof gateOf>, "setup" | "gate">,
  path = "",
): { exit: number | null; out: string } {
  const script = sh`PATH=${path}$PATH
${setup}
(set -e; ${gate})
x=$?
[ $x -ne 0 ] || echo opened
exit $x`;
  const { status, stdout } = spawnSync("sh", ["-c", script.sh], { encoding: "utf8" });
  return { exit: status, out: stdout.trim() };
}

it("leaves no timer armed where what must follow the arming fails", () => {
  const root = folder();
  const session = { lease: leaseIn(root), arming: timerIn(root), ahead: [sh`echo one`, sh`false; echo two`] };
  expect(open(gateOf(session, 1))).toEqual({ exit: 1, out: "one" });
  expect(existsSync(dir(root))).toBe(false);
});

it("stays shut where the timer fires while it opens", () => {
  const root = folder();
  const lease = join(dir(root), "lease");
  mkdirSync(lease, { recursive: true });
  writeFileSync(join(lease, "armed"), "1\n");
  writeFileSync(join(lease, "owner"), "token=mine\n");
  // What the gate does behind its first look, where there are tidings: the host takes everything back just then.
  mkdirSync(join(dir(root), "last"));
  const fake = join(root, "bin");
  mkdirSync(fake);
  writeFileSync(join(fake, "sed"), `#!/bin/sh\nrm -rf ${lease}\n`);
  chmodSync(join(fake, "sed"), 0o755);
  const armed = { timer: timerIn(root), deadline: 0 };
  expect(open(gateOf({ lease: leaseIn(root), armed, ahead: [] }, 1), `${fake}:`)).toEqual({
    exit: 78,
    out: "",
  });
  expect(existsSync(lease)).toBe(false);
});

it("holds the lease for as long as its script may take, and behind it no longer than a shell may be silent", () => {
  const root = folder();
  const { setup, gate, rest } = gateOf({ lease: leaseIn(root), ahead: [] }, 1000);
  const owner = sh`cat ${join(dir(root), "lease", "owner")}`;
  const script = sh`${setup}\n(set -e; ${gate}) && ${owner}\n${rest}\n${owner}\nread -r up x </proc/uptime\necho up=$up`;
  const { stdout } = spawnSync("sh", ["-c", script.sh], { encoding: "utf8" });
  const [first = 0, second = 0] = [...stdout.matchAll(/^until=(\d+)$/gm)].map((match) => Number(match[1]));
  const up = Number(/^up=(\d+)/m.exec(stdout)?.[1]);
  expect(first - second).toBeGreaterThan(900);
  expect(second).toBeGreaterThan(up);
  const [one, two] = stdout.split(/^until=\d+$/m);
  expect(two).toContain(one?.slice(one.indexOf("token=")));
  expect(existsSync(dir(root))).toBe(false);
});

it("gives the lease back where nobody hears what the shell says any more", () => {
  const root = folder();
  const { setup, gate, rest } = gateOf({ lease: leaseIn(root), ahead: [] }, 1000);
  const owner = join(dir(root), "lease", "owner");
  const script = sh`${setup}\n(set -e; ${gate})\ncat ${owner} >&2\nsleep 0.3\nprintf 'one\\n'\nprintf 'two\\n'\n${rest}`;
  const { stderr } = spawnSync("sh", ["-c", sh`sh -c ${script.sh} | true`.sh], { encoding: "utf8" });
  expect(stderr).toContain("token=mine");
  expect(existsSync(dir(root))).toBe(false);
});

it.each([
  ["stays shut as long as the host takes a change back", `${process.pid} ${startOf(process.pid)}`, 76],
  ["opens where that has ended half-way", `${process.pid} 1`, 0],
  ["opens where nobody knows who took it back", "", 0],
])("%s", (_what, undoing, exit) => {
  const root = folder();
  const lease = join(dir(root), "lease");
  mkdirSync(lease, { recursive: true });
  writeFileSync(join(lease, "owner"), "token=other\npid=4194303\nstart=1\nuntil=0\nwho=ann\n");
  writeFileSync(join(lease, "fired"), "1\n");
  writeFileSync(join(lease, "undoing"), `${undoing}\n`);
  const ran = open(gateOf({ lease: leaseIn(root), ahead: [] }, 1));
  expect(ran.exit).toBe(exit);
  expect(existsSync(lease)).toBe(exit !== 0);
  if (exit !== 0) expect(armedByAnother(exit, ran.out)).toEqual({ left: 0, alive: false });
});

it("moves no lease away behind taking a change back that is another's by now", () => {
  const root = folder();
  const lease = join(dir(root), "lease");
  mkdirSync(lease, { recursive: true });
  writeFileSync(join(lease, "owner"), "token=other\n");
  writeFileSync(join(lease, "armed"), "1\n");
  const undo = undoScript([], { token: "mine", unit: "surefoot-undo-mine", dir: dir(root) });
  spawnSync("sh", ["-c", undo.sh]);
  expect(readFileSync(join(lease, "owner"), "utf8")).toBe("token=other\n");
  expect(existsSync(join(dir(root), "last"))).toBe(false);
});

it("leaves the lease of another alone behind a script", () => {
  const root = folder();
  const lease = join(dir(root), "lease");
  mkdirSync(lease, { recursive: true });
  writeFileSync(join(lease, "owner"), "token=other\npid=1\n");
  const { setup, rest } = gateOf({ lease: leaseIn(root), ahead: [] }, 1000);
  spawnSync("sh", ["-c", sh`${setup}\n${rest}`.sh]);
  expect(readFileSync(join(lease, "owner"), "utf8")).toBe("token=other\npid=1\n");
});

const WHO = "who=ops@bastion\nsince=2026-12-01T12:00:00Z\nrun=r1\nleft=20\n";

it.each<readonly [string, number, string, boolean, string, RegExp]>([
  [
    "another's lease",
    HELD,
    WHO,
    false,
    "lease-held",
    /^ops@bastion is changing this host since .* \(run r1\)$/,
  ],
  ["another's timer", ARMED, WHO, false, "lease-held", /a timer armed that fires in 20 s$/],
  [
    "a folder that is not ours",
    FOREIGN,
    "folder=/run/surefoot\n",
    false,
    "guard-not-armed",
    /\/run\/surefoot can't be used/,
  ],
  ["what failed before anything was changed", 1, "", false, "guard-not-armed", /; nothing was changed$/],
  [
    "what failed once the running state was changed",
    1,
    "",
    true,
    "guard-not-armed",
    /to write what lasts beyond a boot$/,
  ],
  ["a full disk, whenever", 1, "cannot create x: No space left on device\n", true, "disk-full", /./],
])("tells %s", (_what, exit, output, guarded, code, message) => {
  const error = gateError("h", exit, output, guarded);
  expect(error).toMatchObject({
    code,
    message: expect.stringMatching(message),
    hint: expect.stringMatching(/\w/),
  });
});

it("says when another's lease ends at the latest, where its controller may be gone", () => {
  expect(gateError("h", HELD, WHO, false).hint).toMatch(/the lease ends in 20 s at the latest\.$/);
  expect(gateError("h", ARMED, WHO, false).hint).not.toContain("at the latest");
});
