import { SurefootError } from "../model/error.js";
import { leaderOf } from "./client.js";
import type { FaultRequest } from "./fault-request.js";
import { befalls, faultyBoxes } from "./fault-request.js";
import { FAULTS } from "./faults.js";
import type { LabPaths } from "./names.js";
import { networkStands } from "./network.js";
import { run } from "./system.js";

/** A fault that is in force. */
export interface FaultInForce {
  readonly box: string;
  readonly kind: string;
  /** Share of the packets, in percent, where the fault has one. */
  readonly percent?: number;
}

/** Longest time for one fault's script; the slowest copies a client's folders. */
const TIMEOUT_MS = 60_000;

const LIBRARY = `
fabric=$1; shift
inside() {
  read -r stat < "/proc/$leader/stat"
  case \${stat##*) } in T*) echo "$box is frozen: thaw it first" >&2; exit 1 ;; esac
  nsenter --target "$leader" --all --root --wd -- \\
    env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C sh -euc "$1" < /dev/null
}
members() {
  space=$(readlink "/proc/$leader/ns/pid"); space=\${space#*[}
  find /proc/[0-9]*/ns/pid -maxdepth 0 -lname "pid:\\\\[\${space%]}\\\\]" 2>/dev/null | cut -d / -f 3 | sort -n
}
links=$(ip -n "$fabric" -o link show)
drops=$(ip netns exec "$fabric" nft list tables bridge | tr '\\n' ' ')
`;

/** The faults in force, by looking at each box; one that is down has none. Changes nothing. */
export async function faultsInForce(paths: LabPaths): Promise<readonly FaultInForce[]> {
  if (!networkStands(paths)) return [];
  const looks = faultyBoxes(paths).flatMap((box) => {
    const words = setting(paths, box);
    if (words === null) return [];
    const faults = FAULTS.filter((fault) => befalls(fault, box));
    const tests = faults.map(
      ({ name, inForce }) => `if found=$(${inForce}\n); then echo "$box ${name} $found"; fi`,
    );
    return [`${words}\n${tests.join("\n")}`];
  });
  const said = await script(paths, looks.join("\n"));
  return said
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => {
      const [box = "", kind = "", percent = ""] = line.split(" ");
      return { box, kind, ...(percent === "" ? {} : { percent: Number(percent) }) };
    });
}

/**
 * Makes a fault, or takes it away. What is so already is left alone.
 * @returns whether anything was done.
 * @throws SurefootError `lab-failed` if the box is not up or the fault did not come about.
 */
export async function setFault(paths: LabPaths, request: FaultRequest): Promise<boolean> {
  const { fault, box, heal, percent } = request;
  const words = setting(paths, box);
  if (words === null) throw notUp(box);
  if (await holds(paths, request)) return false;
  const share = percent === undefined ? "" : `percent=${percent}\n`;
  await script(paths, `${words}\n${share}${heal ? fault.end : fault.begin}`);
  if (await holds(paths, request)) return true;
  throw new SurefootError({
    code: "lab-failed",
    message: `${heal ? fault.heal : fault.name} had no effect on ${box}`,
    hint: "`surefoot lab down` and `lab up` start afresh.",
  });
}

async function holds(paths: LabPaths, { fault, box, heal, percent }: FaultRequest): Promise<boolean> {
  const found = (await faultsInForce(paths)).find((one) => one.box === box && one.kind === fault.name);
  return heal ? found === undefined : found !== undefined && found.percent === percent;
}

/** Takes all faults away; gives those that there were. */
export async function healAll(paths: LabPaths): Promise<readonly FaultInForce[]> {
  const found = await faultsInForce(paths);
  // Frozen processes could not take part in healing anything else.
  const sorted = [...found].sort((a, b) => Number(b.kind === "freeze") - Number(a.kind === "freeze"));
  for (const { box, kind } of sorted) {
    const fault = FAULTS.find(({ name }) => name === kind);
    if (fault !== undefined) await setFault(paths, { fault, box, heal: true });
  }
  return found;
}

/** A fault in force, in the words that make it: `drop-packets nat1 30`. */
export function showFault({ kind, box, percent }: FaultInForce): string {
  return percent === undefined ? `${kind} ${box}` : `${kind} ${box} ${percent}`;
}

/** The words that scripts find at hand; null where the box is not up. Names of boxes are letters and digits. */
function setting(paths: LabPaths, box: string): string | null {
  const net = `box=${box} net=${paths.netns(box)}`;
  if (box.startsWith("nat")) return `${net} ports='${box}-core ${box}-lan ${box}-wan'`;
  const leader = leaderOf(paths, box);
  return leader === null ? null : `${net} ports=${box} leader=${leader.pid}`;
}

async function script(paths: LabPaths, text: string): Promise<string> {
  const ran = await run("sh", ["-eus", "--", paths.netns("fabric")], {
    input: `${LIBRARY}\n${text}\n`,
    timeoutMs: TIMEOUT_MS,
  });
  if (ran.exit === 0) return ran.stdout;
  throw new SurefootError({
    code: "lab-failed",
    message: "a fault's script failed",
    hint: "The detail shows what it said; `surefoot lab down` and `lab up` start afresh.",
    detail: ran.stderr.trim().slice(-2000),
  });
}

/** The error for a box that is not up. */
export function notUp(box: string): SurefootError {
  return new SurefootError({
    code: "lab-failed",
    message: `${box} is not up`,
    hint: "Run `surefoot lab up`.",
  });
}
