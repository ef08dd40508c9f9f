import { basename } from "node:path";
import { WORDS } from "../report/drift.js";
import { compressNames, fewNames } from "../report/names.js";
import { lookText, oneLine, plural } from "../report/text.js";
import type { Change, Notice } from "./notice.js";

/** What a notice is written from. */
type Facts = Omit<Notice, "v" | "summary" | "text">;

/** Kinds of change that are told one by one; a chat is no place for more. */
const MOST_GROUPS = 12;
/** Things that are told of each. */
const MOST_THINGS = 6;
/** Hosts that are named of each. */
const MOST_HOSTS = 20;

/** A notice on one line: `ecmp on production: 2 hosts drifted, 1 host corrected`. */
export function summaryOf(facts: Facts): string {
  const counts = new Map<string, number>();
  for (const change of facts.changes) counts.set(word(change), (counts.get(word(change)) ?? 0) + 1);
  const told = [...counts].map(([what, count]) => `${plural(count, "host")} ${what}`);
  return `${stem(facts.playbook)} on ${stem(facts.inventory)}: ${told.join(", ")}`;
}

/** A notice in lines: hosts for which the same is to be told, once. */
export function noticeText(facts: Facts): string {
  const groups = new Map<string, { readonly what: readonly string[]; readonly hosts: string[] }>();
  for (const change of facts.changes) {
    const what = [headOf(change), ...thingsOf(change)];
    const group = groups.get(what.join("\n")) ?? { what, hosts: [] };
    groups.set(what.join("\n"), group);
    group.hosts.push(oneLine(change.host));
  }
  const all = [...groups.values()];
  const lines = all.slice(0, MOST_GROUPS).flatMap(({ what: [head, ...things], hosts }) => {
    const names = hosts.length > MOST_HOSTS ? fewNames(hosts, MOST_HOSTS) : compressNames(hosts);
    return [`${plural(hosts.length, "host")} ${head}: ${names}`, ...things.map((line) => `  ${line}`)];
  });
  const more = all.length > MOST_GROUPS ? [`and ${all.length - MOST_GROUPS} more kinds of change`] : [];
  return [summaryOf(facts), ...lines, ...more, `surefoot runs show ${facts.run}`].join("\n");
}

function headOf(change: Change): string {
  const was = change.from === undefined || change.from === change.to ? "" : ` (was ${WORDS[change.from]})`;
  return `${word(change)}${was}`;
}

function thingsOf({ things }: Change): readonly string[] {
  const more = things.length > MOST_THINGS ? [`and ${things.length - MOST_THINGS} more`] : [];
  return [
    ...things
      .slice(0, MOST_THINGS)
      .map(({ title, looksLike }) => `${oneLine(title)}: ${oneLine(lookText(looksLike))}`),
    ...more,
  ];
}

function word({ to, corrected }: Change): string {
  if (to === "in-sync") return corrected ? "corrected" : "in sync again";
  return corrected ? `corrected in part, still ${WORDS[to]}` : WORDS[to];
}

/** `ecmp` of `playbooks/ecmp.ts`. */
function stem(path: string): string {
  return basename(path).replace(/\.[A-Za-z]+$/, "");
}
