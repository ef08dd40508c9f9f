import { z } from "zod";
import { defineResource } from "../model/resource.js";
import { fileKind } from "./content/file-kind.js";
import { filePath, ownership } from "./content/params.js";
import { MAX_BYTES } from "./content/state.js";

export type { Content, FileState, LinkState, PathState } from "./content/state.js";

const params = z
  .strictObject({
    path: filePath,
    /** The whole content, as text or bytes; absent: only mode and owners are managed. */
    content: z
      .union([z.string(), z.instanceof(Uint8Array)], "content is text or a Uint8Array")
      .refine((content) => Buffer.byteLength(content) <= MAX_BYTES, `content is at most ${MAX_BYTES} bytes`)
      .optional(),
    ...ownership,
    /** `absent` removes a file, or a symlink and not what it leads to. */
    state: z.enum(["present", "absent"]).default("present"),
    /** The content is a secret: it is shown nowhere. */
    sensitive: z.boolean().default(false),
  })
  .refine(
    (p) => p.state === "present" || [p.content, p.mode, p.owner, p.group].every((part) => part === undefined),
    "an absent file has no content, mode, owner or group",
  );

/**
 * A regular file: content, mode, owners. Written atomically, in place where the path is a symlink. What is not given is left as it is;
 * a new file gets mode 0644 and the user that tasks run as.
 *
 * @example file({ path: "/etc/motd", content: "Mind the gap\n" })
 */
export const file = defineResource(params, fileKind("file"));
