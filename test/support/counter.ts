import { z } from "zod";
import { defineResource, ProbeError } from "../../src/model/resource.js";
import { sh } from "../../src/model/sh.js";

/** A kind for tests of the engine: a file that holds one line. */
export const line = defineResource(
  z.strictObject({
    path: z.string(),
    text: z.string().nullable(),
    /** Shell text run before the line is written, to make a step fail or hang. */
    before: z.string().optional(),
    /** What the step writes instead, to be a step that does not stick. */
    lie: z.string().optional(),
    /** A file; the shell that reads ends itself where that holds `new`, as a host that dies does. */
    kills: z.string().optional(),
    /** Only planned when it is reached, as a command's guard is. */
    shared: z.boolean().default(false),
  }),
  {
    kind: "line",
    key: (p) => p.path,
    probe: (p) => [
      ...(p.kills === undefined ? [] : [sh`! grep -q new ${p.kills} || kill -s KILL $$`]),
      sh`[ -e ${p.path} ] || exit 0; cat ${p.path}`,
      sh`echo shared`,
    ],
    parse: (outputs, p) => {
      const text = outputs[p.kills === undefined ? 0 : 1] ?? "";
      if (text.startsWith("garbage")) throw new ProbeError("holds garbage", "Remove it.");
      return text === "" ? null : { text: text.trimEnd() };
    },
    target: (p) => (p.text === null ? null : { text: p.text }),
    steps: (from, to, p) => {
      if (from?.text === to?.text) return [];
      const run =
        to === null
          ? sh`rm -f ${p.path}`
          : sh`${{ sh: p.before ?? ":" }}; echo ${p.lie ?? to.text} > ${p.path}`;
      return [
        { title: to === null ? `remove ${p.path}` : `write ${to.text}`, run, layer: "startup", cuts: false },
      ];
    },
    sensitive: (p) => p.text?.includes("secret") === true,
  },
);

/** The same, but volatile: what it reads may be changed by any earlier step. */
export const volatileLine = defineResource(line.schema, {
  ...line.resource,
  kind: "volatile-line",
  volatile: true,
});
