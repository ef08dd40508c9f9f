import { z } from "zod";
import type { Step } from "../model/resource.js";
import { defineResource, ProbeError } from "../model/resource.js";
import type { Sh } from "../model/sh.js";
import { sh } from "../model/sh.js";
import { wantedFile } from "./content/file-kind.js";
import { fileMode } from "./content/params.js";
import type { FileState } from "./content/state.js";
import { fileProbe, parseFile } from "./content/state.js";
import { fileSteps } from "./content/steps.js";

/** Unit names as systemd takes them (systemd.unit(5)), instances of templates included. */
const UNIT_NAME =
  /^[A-Za-z0-9:_.\\-]+(@[A-Za-z0-9:_.\\-]*)?\.(service|socket|timer|path|mount|automount|swap|target|slice|device)$/;

const params = z.strictObject({
  name: z.string().regex(UNIT_NAME, "a unit's name ends with its type, like nginx.service"),
  /** The whole unit file, kept in /etc/systemd/system; absent: the unit comes from elsewhere. */
  content: z.string().optional(),
  mode: fileMode.default("0644"),
  /** Whether it starts at boot; absent: left as it is. */
  enabled: z.boolean().optional(),
  /** Whether it runs now; absent: left as it is. */
  started: z.boolean().optional(),
  /** Restart it when its file has changed and it runs. */
  restartOnChange: z.boolean().default(true),
});

type Params = z.output<typeof params>;

/** A unit as systemd sees it. */
export interface UnitState {
  /** Its file, where the task manages that; null: there is none. */
  readonly file: FileState | null;
  readonly enabled: boolean;
  readonly active: boolean;
  /** systemd has not read the file as it is now (NeedDaemonReload). */
  readonly stale: boolean;
}

const PROPERTIES = "LoadState,UnitFileState,ActiveState,NeedDaemonReload";

/**
 * A systemd unit: its file, whether it is enabled, whether it runs. systemd reads unit files again only where that is needed: `enable`
 * does it by itself.
 *
 * @example systemdUnit({ name: "nginx.service", enabled: true, started: true })
 */
export const systemdUnit = defineResource(params, {
  kind: "systemdUnit",
  key: (p) => p.name,
  probe: (p) => [
    sh`[ -d /run/systemd/system ] || { echo 'systemd does not run on this host' >&2; exit 1; }
systemctl show -p ${PROPERTIES} -- ${p.name}`,
    ...(p.content === undefined ? [] : [fileProbe(pathOf(p))]),
  ],
  parse: ([shown = "", content], p) => parseUnit(shown, content, p),
  target: (p, actual): UnitState => ({
    file: p.content === undefined ? null : wantedFile({ ...p, path: pathOf(p) }, actual?.file ?? null),
    enabled: p.enabled ?? actual?.enabled ?? false,
    active: p.started ?? actual?.active ?? false,
    stale: false,
  }),
  steps: unitSteps,
});

function pathOf(p: Params): string {
  return `/etc/systemd/system/${p.name}`;
}

function parseUnit(shown: string, content: string | undefined, p: Params): UnitState | null {
  const values = new Map(
    shown.split("\n").map((line) => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1)]),
  );
  const load = values.get("LoadState");
  const enablement = values.get("UnitFileState") ?? "";
  if (load === undefined)
    throw new ProbeError("systemctl said nothing of it", "Look at `systemctl status` on the host.");
  const file = content === undefined ? null : parseFile(content, pathOf(p));
  if (load === "masked" && file === null) {
    throw new ProbeError("is masked", `Unmask it on the host if that is right: systemctl unmask ${p.name}`);
  }
  if (p.content === undefined) {
    if (load === "not-found") {
      throw new ProbeError("does not exist on the host", "Install what brings it, or give its `content`.");
    }
    if (p.enabled === true && ["static", "generated", "transient"].includes(enablement)) {
      throw new ProbeError(
        `can't be enabled: it is ${enablement}`,
        "It has no [Install] section; enable what pulls it in.",
      );
    }
  }
  const active = values.get("ActiveState");
  const state = {
    file,
    enabled: enablement === "enabled" || enablement === "enabled-runtime" || enablement === "alias",
    active: active === "active" || active === "reloading",
    stale: values.get("NeedDaemonReload") === "yes",
  };
  return load === "not-found" && file === null ? null : state;
}

function unitSteps(from: UnitState | null, to: UnitState | null, p: Params): readonly Step[] {
  const { name } = p;
  const was = from ?? { file: null, enabled: false, active: false, stale: false };
  const will = to ?? { file: null, enabled: false, active: false, stale: false };
  const running = { layer: "running", cuts: false } as const;
  const startup = { layer: "startup", cuts: false } as const;
  const files = p.content === undefined ? [] : fileSteps(pathOf(p), was.file, will.file);
  const reread = files.length > 0 || was.stale;
  const steps: Step[] = [];
  if (was.active && !will.active)
    steps.push({ title: `stop ${name}`, run: sh`systemctl stop -- ${name}`, ...running });
  if (was.enabled && !will.enabled) {
    steps.push({ title: `disable ${name}`, run: sh`systemctl disable --quiet -- ${name}`, ...startup });
  }
  steps.push(...files);
  const enable = !was.enabled && will.enabled;
  const start = !was.active && will.active;
  const restart = was.active && will.active && files.length > 0 && p.restartOnChange;
  // `enable` reads unit files again by itself (systemctl(1)), which is most of what a first run costs a host.
  if (enable && start)
    steps.push({
      title: `enable and start ${name}`,
      run: orStatus(sh`systemctl enable --quiet --now`, name),
      ...startup,
    });
  else if (enable)
    steps.push({ title: `enable ${name}`, run: sh`systemctl enable --quiet -- ${name}`, ...startup });
  else if (reread) steps.push({ title: "reload systemd", run: sh`systemctl daemon-reload`, ...running });
  if (start && !enable)
    steps.push({ title: `start ${name}`, run: orStatus(sh`systemctl start`, name), ...running });
  if (restart)
    steps.push({ title: `restart ${name}`, run: orStatus(sh`systemctl restart`, name), ...running });
  return steps;
}

/** A command on a unit; where it fails, what the unit says of itself is shown. */
function orStatus(command: Sh, name: string): Sh {
  return sh`${command} -- ${name} || { systemctl status --no-pager --full -n 10 -- ${name}; exit 1; }`;
}
