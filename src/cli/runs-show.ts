import { journalFile } from "../journal/folder.js";
import { isLook } from "../journal/look.js";
import type { Entry } from "../journal/read.js";
import { readJournal } from "../journal/read.js";
import { findMeant } from "../journal/related.js";
import type { HostStory, RunStory } from "../journal/story.js";
import { tellStory } from "../journal/story.js";
import { isRunning } from "../journal/who.js";
import type { Event } from "../model/event.js";
import { emptyTally } from "../model/event.js";
import { DriftFold } from "../report/drift.js";
import { RunFold } from "../report/fold.js";
import { compressNames } from "../report/names.js";
import { painter, plural, shortTime } from "../report/text.js";
import { useColor } from "./failure.js";

/** Prints a run as its journal tells it. */
export async function showRun(
  wanted: string,
  flags: { readonly state: string; readonly json?: true; readonly verbose: number },
): Promise<void> {
  const file = journalFile(flags.state, await findMeant(flags.state, wanted));
  if (flags.json === true) {
    for await (const entry of readJournal(file))
      process.stdout.write(`${JSON.stringify("header" in entry ? entry.header : entry.event)}\n`);
    return;
  }
  const story = await tellStory(readJournal(file));
  if (story === undefined) {
    process.stdout.write("The journal is empty: the run was ended before anything was done.\n");
    return;
  }
  const style = { paint: painter(useColor(process.stdout)), verbose: flags.verbose };
  const fold = isLook(story.header) ? new DriftFold(style) : new RunFold(style);
  for await (const event of lastWord(file, story)) fold.onEvent(event);
  process.stdout.write(`${heading(story)}${await parts(file)}${cutShort(story)}\n${fold.text()}`);
}

/** The journal's events, of each host only those of the last time that it was worked on, and one end that counts all. */
async function* lastWord(file: string, story: RunStory): AsyncGenerator<Event> {
  const last = await lastParts(file);
  let part = 0;
  let ms = 0;
  let end: Event | undefined;
  for await (const entry of readJournal(file)) {
    if ("header" in entry) part++;
    else if (entry.event.type === "run-finished") {
      ms += entry.event.ms;
      end = entry.event;
    } else if (!("host" in entry.event) || last.get(entry.event.host ?? "") === part) yield entry.event;
  }
  const tally = emptyTally();
  for (const { outcome } of story.hosts.values()) if (outcome !== undefined) tally[outcome]++;
  const { run, at } = story.latest;
  yield { type: "run-finished", run, tally, ms, exitCode: story.finished?.exitCode ?? 1, at: end?.at ?? at };
}

/** In which part of the journal each host was last worked on, or left out where it never was. */
async function lastParts(file: string): Promise<ReadonlyMap<string, number>> {
  const last = new Map<string, number>();
  const worked = new Set<string>();
  let part = 0;
  for await (const entry of readJournal(file)) {
    if ("header" in entry) part++;
    else if (entry.event.type === "host-phase") {
      last.set(entry.event.host, part);
      worked.add(entry.event.host);
    } else if (entry.event.type === "host-finished" && !worked.has(entry.event.host))
      last.set(entry.event.host, part);
  }
  return last;
}

function heading({ header, total }: RunStory): string {
  const { run, command, of, who, playbook, inventory, flags, surefoot } = header;
  const extra = flags.extraVar.map((text) => ` -e '${text}'`).join("");
  const limit = flags.limit === undefined ? "" : ` --limit '${flags.limit}'`;
  const tags = flags.tags === undefined ? "" : ` --tags ${flags.tags.join(",")}`;
  const hosts = total === undefined ? "" : `, ${plural(total, "host")}`;
  const what = of === undefined ? command : `${command} of ${of}`;
  return `Run ${run}: ${what} ${playbook.path} -i ${inventory.path}${limit}${tags}${extra}${hosts}
  by ${who.user} on ${who.host}, Surefoot ${surefoot}, inventory ${inventory.hash.slice(0, 12)}, ${plural(Object.keys(playbook.files).length, "file")} of the playbook
`;
}

/** When it began, its waves and gates, and when it was gone on with: a line each. */
async function parts(file: string): Promise<string> {
  let lines = "";
  for await (const entry of readJournal(file)) {
    const text = "header" in entry ? beginning(entry) : milestone(entry.event);
    const at = "header" in entry ? entry.header.at : entry.event.at;
    if (text !== undefined) lines += `  ${shortTime(at)}  ${text}\n`;
  }
  return lines;
}

function beginning(entry: Extract<Entry, { header: unknown }>): string {
  const { command, who } = entry.header;
  return command === "resume" ? `gone on with by ${who.user} on ${who.host}` : "begun";
}

function milestone(event: Event): string | undefined {
  if (event.type === "wave-started")
    return `wave ${event.wave} of ${event.waves}: ${compressNames(event.hosts)}`;
  if (event.type === "gate-finished")
    return event.passed
      ? `gate after wave ${event.wave} passed`
      : `gate after wave ${event.wave} did not pass`;
  if (event.type === "rollout-stopped")
    return event.why === "budget" ? "stopped: the failure budget was spent" : "stopped by the gate";
  if (event.type === "run-finished") return `ended with exit code ${event.exitCode}`;
  return undefined;
}

/** What is told where the controller ended before the run did. */
function cutShort(story: RunStory): string {
  const { finished, latest, hosts, total } = story;
  if (finished !== undefined) return "";
  if (isRunning(latest.who) === true) return `\nIt is still going on (process ${latest.who.pid}).\n`;
  const open = [...hosts].filter(([, host]) => host.outcome === undefined);
  const never = (total ?? 0) - hosts.size;
  const lines = open.map(([name, host]) => `  ${name}: ${inFlight(host)}\n`).join("");
  return `
It was cut short: its process ended before the run did.
${lines}${never > 0 ? `  ${plural(never, "host")} not started\n` : ""}${story.header.command === "drift" ? "" : `Go on: surefoot runs resume ${story.header.run}\n`}`;
}

function inFlight({ phase, steps, changes, owed }: HostStory): string {
  const done = steps === 0 ? "no step had ended" : `${plural(steps, "step")} had ended`;
  const touched = changes.size === 0 ? "nothing was changed" : done;
  const owes = owed.size === 0 ? "" : `; handlers that still have to run: ${[...owed].join(", ")}`;
  return `was in flight (${phase ?? "connect"}); ${touched}${owes}`;
}
