import { sameJson } from "../../model/json.js";
import type { Step } from "../../model/resource.js";
import type { Sh } from "../../model/sh.js";
import { sh } from "../../model/sh.js";
import type { FileState } from "../content/state.js";
import { fileSteps } from "../content/steps.js";
import { whereKnown } from "./known.js";
import type { UnitParams } from "./params.js";
import { isTemplate, pathOf } from "./params.js";
import type { UnitState } from "./state.js";
import { section } from "./unit-file.js";

const RUNNING = { layer: "running", cuts: false } as const;
const STARTUP = { layer: "startup", cuts: false } as const;

/** No unit: nothing on disk, nothing that runs. */
const NONE: UnitState = { file: null, enabled: false, active: false, stale: false };

/** The steps from one state of a unit to another: off, the file, on again. */
export function unitSteps(from: UnitState | null, to: UnitState | null, p: UnitParams): readonly Step[] {
  const was = from ?? NONE;
  const will = to ?? NONE;
  const files = p.content === undefined ? [] : fileSteps(pathOf(p.name), was.file, will.file);
  return [...offSteps(was, will, p.name), ...files, ...onSteps(was, will, p)];
}

function offSteps(was: UnitState, will: UnitState, name: string): readonly Step[] {
  const stop = was.active && !will.active;
  const disable = was.enabled && !will.enabled;
  // Where its file goes too, all units are read again behind that.
  const once = !sameJson(contentOf(was), contentOf(will)) ? sh` --no-reload` : sh``;
  if (stop && disable) {
    const run = whereKnown(sh`systemctl disable --quiet --now${once} -- ${name}`, name);
    return [{ title: `stop and disable ${name}`, run, ...STARTUP }];
  }
  if (stop)
    return [{ title: `stop ${name}`, run: whereKnown(sh`systemctl stop -- ${name}`, name), ...RUNNING }];
  if (!disable) return [];
  const run = whereKnown(sh`systemctl disable --quiet${once} -- ${name}`, name);
  return [{ title: `disable ${name}`, run, ...STARTUP }];
}

function contentOf({ file }: UnitState): FileState["content"] | null {
  return file?.content ?? null;
}

/**
 * systemd reads unit files again where a file has changed or had changed before. `enable` and `reenable` do that by themselves
 * (systemctl(1)), and it is most of what a first run costs a host: never twice.
 */
function onSteps(was: UnitState, will: UnitState, p: UnitParams): readonly Step[] {
  const { name } = p;
  const changed = !sameJson(contentOf(was), contentOf(will));
  const unread = changed || (was.stale && !will.stale);
  const start = !was.active && will.active;
  const restart = was.active && will.active && p.content !== undefined && unread && p.restartOnChange;
  const steps: Step[] = [];
  if (!was.enabled && will.enabled) {
    if (start) {
      const run =
        was === NONE && onlyTargetsWant(will.file)
          ? firstStart(name, p.enabled === true && p.restartOnChange)
          : begin("enable", name);
      return [{ title: `enable and start ${name}`, run, ...STARTUP }];
    }
    steps.push({ title: `enable ${name}`, run: sh`systemctl enable --quiet -- ${name}`, ...STARTUP });
  } else if (was.enabled && will.enabled && !sameJson(install(was.file), install(will.file))) {
    // Its links stand where the old [Install] section put them.
    steps.push({ title: `enable ${name} again`, run: sh`systemctl reenable --quiet -- ${name}`, ...STARTUP });
  } else if (unread) {
    const reload = sh`systemctl daemon-reload`;
    const run = will.file === null && changed ? whereKnown(reload, name) : reload;
    steps.push({ title: "reload systemd", run, ...RUNNING });
  }
  if (start) {
    const run = steps.length > 0 ? begin("start", name) : sh`${forgive(name)}\n${begin("start", name)}`;
    steps.push({ title: `start ${name}`, run, ...RUNNING });
  }
  if (restart && !isTemplate(name)) {
    const run = will.file === null ? unlessGone(begin("restart", name), name) : begin("restart", name);
    steps.push({ title: `restart ${name}`, run, ...RUNNING });
  }
  return steps;
}

function install(file: FileState | null): readonly string[] {
  return file?.content !== undefined && "text" in file.content ? section(file.content.text, "Install") : [];
}

/** Whether nobody but targets asks for a unit: a boot reads that, and until then nobody has to know it. */
function onlyTargetsWant(file: FileState | null): boolean {
  const links = install(file);
  return links.length > 0 && links.every((line) => /^WantedBy=(?:[\w@.-]+\.target\s*)+$/.test(line));
}

/** Without a file of ours there may be one of a package; where there is none, a unit that runs can only be left running. */
function unlessGone(run: Sh, name: string): Sh {
  return sh`case $(systemctl show -p LoadState -- ${name}) in *=not-found) exit 0 ;; esac
${run}`;
}

/** Brings a unit to run. */
function begin(how: "enable" | "start" | "restart", name: string): Sh {
  const verb = how === "enable" ? sh`enable --quiet --now` : sh`${how}`;
  return orTell(sh`systemctl ${verb} -- ${name}`, name);
}

/**
 * Enables and starts a unit that systemd does not know, by one process: it reads the file when it is started, and no other has to be read again
 * (ADR 0037). Only a name that other units had asked for in vain (systemd before 246), or that failed too often under an earlier file, may
 * need it. systemctl before 233 starts only what it has enabled just now.
 * @param restart Whether it is restarted where it was known all the same, by another file, and so runs by that one.
 */
function firstStart(name: string, restart: boolean): Sh {
  const again = sh`systemctl daemon-reload && systemctl start -- ${name}`;
  const first = sh`{
said=$(systemctl enable --now --no-reload -- ${name} 2>&1) && case $said in
*Created*) ;;
*) said=$said$(systemctl start -- ${name} 2>&1) ;;
esac || {
printf '%s\\n' "$said" >&2
failed=$said
said=
case $failed$(systemctl show -p LoadState,Result -- ${name}) in
*LoadState=not-found* | *Result=start-limit-hit* | *daemon-reload*) ${again} ;;
*) false ;;
esac
}
}`;
  // It is known all the same where an undo puts back what was never taken away: systemctl then warns that the file has changed.
  return sh`${orTell(first, name)}
case $said in *daemon-reload*)
systemctl daemon-reload
${restart ? begin("restart", name) : sh``}
esac`;
}

/** Where it fails, what the unit and its log say is shown. */
function orTell(run: Sh, name: string): Sh {
  return sh`${run} || {
systemctl status --no-pager --full -n 5 -- ${name} >&2 || :
exit 1
}`;
}

/** Gives a unit that failed too often a new chance (systemctl(1), reset-failed); so does reading unit files again (seen in systemd 252). */
function forgive(name: string): Sh {
  return sh`systemctl reset-failed -- ${name} 2>/dev/null || :`;
}
