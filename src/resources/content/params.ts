import { z } from "zod";

/** An absolute path without `.` and `..`, which would give one thing several keys. */
export const absolutePath = z
  .string()
  .startsWith("/", "the path must be absolute")
  .refine((path) => !path.includes("\0"), "no path holds a NUL")
  .refine(
    (path) => !/\/\.{1,2}(\/|$)/.test(path) && !path.includes("//"),
    "the path must not hold ., .. or //",
  )
  .refine((path) => path === "/" || !path.endsWith("/"), "the path must not end with /");

/** A path where files can be kept: not among those that the kernel makes up. */
export const filePath = absolutePath.refine(
  (path) => !/^\/(proc|sys)(\/|$)/.test(path),
  "nothing is kept in /proc and /sys: use sysctl for /proc/sys, or a command",
);

/** A file mode as octal digits in quotes; four of them once it is read. */
export const fileMode = z
  .string({
    error:
      'a mode is octal digits in quotes, like "0644": without quotes YAML 1.2 takes 0644 for the decimal number 644',
  })
  .regex(/^0?[0-7]{3,4}$/, 'a mode is octal digits, like "0644"')
  .transform((mode) => mode.padStart(4, "0").slice(-4));

/** A user's or group's name, as useradd(8) takes names, or its number. */
export const accountName = z
  .string({ error: 'a user or group is a name or a number in quotes, like "www-data" or "33"' })
  .regex(/^[A-Za-z0-9_][A-Za-z0-9_.-]*\$?$/, "this is no name of a user or group");

/** Mode and owners, as files and directories share them. What is absent is left as it is. */
export const ownership = {
  mode: fileMode.optional(),
  owner: accountName.optional(),
  group: accountName.optional(),
};
