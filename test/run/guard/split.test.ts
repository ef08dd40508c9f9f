import { expect, it } from "vitest";
import type { Layer } from "../../../src/model/resource.js";
import { sh } from "../../../src/model/sh.js";
import { splitAtConfirmation } from "../../../src/run/guard/split.js";

/** A step in one word: its task, `r` running or `s` startup, `!` where it can cut the connection. Tasks k1, k2, ... speak to the kernel alone. */
function step(word: string) {
  const [id = "", what = ""] = word.split(":");
  const layer: Layer = what.startsWith("s") ? "startup" : "running";
  return { word, task: { id }, step: { title: word, run: sh`true`, layer, cuts: what.endsWith("!") } };
}

it.each([
  ["k1:r! k1:s", "k1:r!", "k1:s", "a value is set, and written down once it is confirmed"],
  ["k1:r! k1:s k2:r! k2:s u:s u:s", "k1:r! k2:r!", "k1:s k2:s u:s u:s", "the main job"],
  ["k1:r k1:s k2:r!", "k1:r k2:r!", "k1:s", "what can't cut comes first where it stands first"],
  ["f:s c:r!", "f:s c:r!", "", "a command may need the file that was written before it"],
  ["f:s k1:r!", "k1:r!", "f:s", "the kernel reads no file"],
  ["f:s c:r k1:r!", "f:s c:r k1:r!", "", "a command before the cut may need the file"],
  ["k1:r! f:s c:r", "k1:r!", "f:s c:r", "what comes behind the last cut waits, in its order"],
  ["f:s!", "f:s!", "", "a file that can cut by itself"],
  ["k1:s n:s n:s! h:s", "k1:s n:s n:s!", "h:s", "an owner that is told by its file, and restarted"],
  ["u:s u:r!", "u:s u:r!", "", "a unit that is restarted from its new file"],
  ["f:s g:s k1:r! h:s", "k1:r!", "f:s g:s h:s", "files that nobody needs yet"],
])("%s: first %s, then %s (%s)", (all, first, then) => {
  const steps = all.split(" ").map(step);
  const { unconfirmed, confirmed } = splitAtConfirmation(steps, ({ id }) => id.startsWith("k"));
  expect(unconfirmed.map(({ word }) => word).join(" ")).toBe(first);
  expect(confirmed.map(({ word }) => word).join(" ")).toBe(then);
});
