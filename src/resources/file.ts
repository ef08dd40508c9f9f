import { z } from "zod";
import { defineResource } from "../model/resource.js";
import { fileKind } from "./content/file-kind.js";
import { absolutePath, ownership } from "./content/params.js";

const params = z
  .strictObject({
    path: absolutePath,
    /** The whole content, as text or bytes; absent: only mode and owners are managed. */
    content: z.union([z.string(), z.instanceof(Uint8Array)]).optional(),
    ...ownership,
    state: z.enum(["present", "absent"]).default("present"),
    /** The content is a secret: it is shown nowhere. */
    sensitive: z.boolean().default(false),
  })
  .refine((p) => p.state === "present" || p.content === undefined, "an absent file has no content");

/**
 * A regular file: content, mode, owners. Written atomically, in place where the path is a symlink. What is not given is left as it is; a
 * new file gets mode 0644 and the user that tasks run as.
 *
 * @example file({ path: "/etc/motd", content: "Mind the gap\n" })
 */
export const file = defineResource(params, fileKind("file"));
