import type { Evidence, Rule } from "../evidence.js";
import { at, noteLike } from "../evidence.js";

const differs = (field: string): ((evidence: Evidence) => boolean) => {
  return ({ desired, found }) => at(desired, field) !== undefined && at(desired, field) !== at(found, field);
};
const live = differs("live");
const line = differs("line");

/** A later file, where notes name one, with the value that it sets. */
const overrider = ({ notes, found }: Evidence): string | undefined => {
  const note = noteLike(notes, / is read later and wins: | last and would set /);
  if (note === undefined) return undefined;
  const [, file] = /^(?:`sysctl --system` reads )?(\S+?):\d+ /.exec(note) ?? [];
  return note.endsWith(` ${String(at(found, "live"))}`) ? file : undefined;
};

/** How a kernel parameter and its line in a drop-in come to differ. */
export const SYSCTL: readonly Rule[] = [
  {
    when: (e) => live(e) && overrider(e) !== undefined,
    words: (e) => `${overrider(e) ?? "another file"} was loaded, which is read later`,
  },
  {
    when: (e) => live(e) && !line(e),
    words: "somebody's `sysctl -w`, or a tool: it was set live only, and the drop-in is as we left it",
  },
  { when: (e) => line(e) && at(e.found, "fileExists") === false, words: "somebody removed the drop-in" },
  {
    when: (e) => line(e) && at(e.found, "line") === null,
    words: "somebody took the line out of the drop-in",
  },
  { when: (e) => line(e) && live(e), words: "somebody edited the drop-in and loaded it" },
  { when: line, words: "somebody edited the drop-in; it is not loaded yet, the next boot does that" },
];
