import { sameJson } from "../../model/json.js";
import type { Evidence, Rule } from "../evidence.js";
import { at } from "../evidence.js";

const wants = (field: string, value: unknown): ((evidence: Evidence) => boolean) => {
  return ({ desired, found }) => at(desired, field) === value && at(found, field) !== value;
};

const edited = ({ desired, found }: Evidence): boolean =>
  !sameJson(at(desired, "file", "content") ?? null, at(found, "file", "content") ?? null);

/** How a systemd unit comes to differ. */
export const UNIT: readonly Rule[] = [
  { when: ({ found }) => found === null, words: "the unit was removed, by hand or with its package" },
  {
    when: ({ desired, found }) => at(desired, "file") !== null && at(found, "file") === null,
    words: "somebody removed the unit file",
  },
  {
    when: (e) => edited(e) && at(e.found, "stale") === true,
    words: "somebody edited the unit file; systemd has not read it yet",
  },
  { when: edited, words: "somebody edited the unit file" },
  {
    when: (e) => wants("enabled", true)(e) && wants("active", true)(e),
    words: "somebody's `systemctl disable --now`",
  },
  { when: wants("enabled", true), words: "somebody's `systemctl disable`" },
  { when: wants("enabled", false), words: "somebody's `systemctl enable`" },
  {
    when: wants("active", true),
    words: "it was stopped, or it failed: `systemctl status` on the host tells",
  },
  { when: wants("active", false), words: "somebody started it, or something that needs it did" },
  {
    when: wants("stale", false),
    words: "somebody changed its files or drop-ins; systemd has not read them yet",
  },
  {
    when: ({ desired, found }) => !sameJson(at(desired, "file"), at(found, "file")),
    words: "somebody's chmod or chown",
  },
];
