import { sameJson } from "../../model/json.js";
import type { Evidence, Rule } from "../evidence.js";
import { at } from "../evidence.js";

const sameContent = ({ desired, found }: Evidence): boolean =>
  sameJson(at(desired, "content") ?? null, at(found, "content") ?? null);

/** How a file comes to differ. */
export const FILE: readonly Rule[] = [
  { when: ({ found }) => found === null, words: "somebody removed it, or the package that it came with was" },
  { when: ({ desired }) => desired === null, words: "somebody made it again, or a package did" },
  { when: ({ found }) => at(found, "link") !== undefined, words: "somebody put a link in its place" },
  { when: sameContent, words: "somebody's chmod or chown: the content is as it shall be" },
  {
    when: ({ applied }) => applied === undefined,
    words: "an edit, or a package upgrade: it equals nothing that we know",
  },
  { when: () => true, words: "an edit by hand or by a tool; or a package upgrade, which wrote its own" },
];

/** How a directory comes to differ. */
export const DIRECTORY: readonly Rule[] = [
  { when: ({ found }) => found === null, words: "somebody removed it" },
  { when: ({ desired }) => desired === null, words: "somebody made it again" },
  { when: () => true, words: "somebody's chmod or chown" },
];
