import { z } from "zod";
import { fileMode } from "../content/params.js";
import { MAX_BYTES } from "../content/state.js";
import { hasSection, isOn, setting } from "./unit-file.js";

/** Unit names as systemd takes them (systemd.unit(5)), instances of templates included; scopes are made by programs only. */
const UNIT_NAME =
  /^[A-Za-z0-9:_.\\-]+(@[A-Za-z0-9:_.\\@-]*)?\.(service|socket|timer|path|mount|automount|swap|target|slice|device)$/;

/** Longest name of a unit, in bytes (UNIT_NAME_MAX in systemd's sources). */
const NAME_BYTES = 255;

/** Parameters of a unit, and what can be said of them before any host is asked. */
export const params = z
  .strictObject({
    name: z
      .string()
      .max(NAME_BYTES)
      .regex(
        UNIT_NAME,
        "a unit's name ends with its type, like nginx.service; odd characters by systemd-escape",
      ),
    /** The whole unit file, kept in /etc/systemd/system; absent: the unit comes from elsewhere. */
    content: z
      .string()
      .refine((content) => Buffer.byteLength(content) <= MAX_BYTES, `content is at most ${MAX_BYTES} bytes`)
      .optional(),
    mode: fileMode.default("0644"),
    /** Whether it starts at boot; absent: left as it is. */
    enabled: z.boolean().optional(),
    /** Whether it runs now; absent: left as it is. */
    started: z.boolean().optional(),
    /** Restart it when its file has changed and it runs. */
    restartOnChange: z.boolean().default(true),
    /** The content holds a secret: it is shown nowhere. */
    sensitive: z.boolean().default(false),
  })
  .refine(
    (p) => [p.content, p.enabled, p.started].some((wish) => wish !== undefined),
    "a unit needs at least one of `content`, `enabled` and `started`",
  )
  .refine((p) => !isTemplate(p.name) || (p.enabled === undefined && p.started === undefined), {
    error: "a template (NAME@.TYPE) has content only; enable and start its instances, like foo@1.service",
    path: ["name"],
  })
  .refine((p) => p.content === undefined || p.enabled !== true || hasSection(p.content, "Install"), {
    error:
      "the unit can't be enabled: it has no [Install] section, like [Install]\\nWantedBy=multi-user.target",
    path: ["content"],
  })
  .refine((p) => p.content === undefined || p.started !== true || staysActive(p.content), {
    error:
      "a Type=oneshot unit runs only for a moment; with RemainAfterExit=yes it counts as started afterwards",
    path: ["content"],
  });

/** Parameters of a unit, validated. */
export type UnitParams = z.output<typeof params>;

/** Whether a name is that of a template, which can't run itself. */
export function isTemplate(name: string): boolean {
  return name.includes("@.");
}

/** Where a unit's own file is kept. */
export function pathOf(name: string): string {
  return `/etc/systemd/system/${name}`;
}

/** Whether the task wants more than that the unit is off. */
export function wantsUnit(p: UnitParams): boolean {
  return p.content !== undefined || p.enabled === true || p.started === true;
}

function staysActive(content: string): boolean {
  return (
    setting(content, "Service", "Type") !== "oneshot" || isOn(setting(content, "Service", "RemainAfterExit"))
  );
}
