import { z } from "zod";

/** An absolute path without `.` and `..`, which would give one thing several keys. */
export const absolutePath = z
  .string()
  .regex(/^\/(?!.*\0)/, "the path must be absolute")
  .refine((path) => !/\/\.{1,2}(\/|$)/.test(path) && !/\/\//.test(path), "the path must not hold ., .. or //")
  .refine((path) => path === "/" || !path.endsWith("/"), "the path must not end with /");

/** A file mode as octal digits in quotes. */
export const fileMode = z
  .string({ error: 'a mode is written as octal digits in quotes, like "0644": a number would lose its zero' })
  .regex(/^0?[0-7]{3,4}$/, 'a mode is octal digits, like "0644"')
  .transform((mode) => mode.padStart(4, "0").slice(-4));

/** A user's or group's name or number. */
export const accountName = z
  .string()
  .regex(/^[A-Za-z0-9_][A-Za-z0-9_.-]*\$?$/, "this is no name of a user or group");

/** Mode and owners, as files and directories share them. What is absent is left as it is. */
export const ownership = {
  mode: fileMode.optional(),
  owner: accountName.optional(),
  group: accountName.optional(),
};
