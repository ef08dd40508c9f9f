import type { Sh } from "../../src/model/sh.js";
import { joinSh, sh } from "../../src/model/sh.js";
import { systemdUnit } from "../../src/resources/systemdUnit.js";
import type { ContractCase } from "./harness.js";

type Params = Omit<Parameters<typeof systemdUnit>[0], "name">;

const DIR = "/etc/systemd/system";
const VENDOR = "/lib/systemd/system";

/** A unit that stays active once its command has ended. */
function unit(command: string, install = "WantedBy=multi-user.target"): string {
  return `[Unit]\nDescription=A case\n\n[Service]\nType=oneshot\nRemainAfterExit=yes\nExecStart=${command}\n\n[Install]\n${install}\n`;
}

const OLD = unit("/bin/true old");
const NEW = unit("/bin/true new");
const NO_INSTALL = OLD.slice(0, OLD.indexOf("[Install]"));

/** Fails until it is mended, and may be started twice in ten minutes. */
const LIMITED = unit("/usr/bin/test -e /root/mended").replace(
  "[Service]",
  "StartLimitBurst=2\nStartLimitIntervalSec=600\n\n[Service]",
);

/** No trace of a unit; what an earlier case left is gone too. */
function clean(name: string): Sh {
  return sh`{ systemctl stop -- ${name}; systemctl disable --runtime -- ${name}; systemctl disable -- ${name}; } 2>/dev/null || :
rm -rf -- ${`${DIR}/${name}`} ${`${VENDOR}/${name}`} ${`/root/${name}`} ${`${DIR}/${name}.d`}
systemctl daemon-reload
systemctl reset-failed`;
}

/** What is on disk and what systemd makes of it; that a unit has failed once is no state that could be brought back. */
function snapshot(name: string): Sh {
  return sh`find ${DIR} ${VENDOR} /run/systemd/system -name ${`*${name.replace(/\\/g, "\\\\")}`} -exec stat -c '%n %A %U:%G %s %N' {} + | sort
cat ${`${DIR}/${name}`} 2>/dev/null || :
systemctl show -p LoadState,UnitFileState,ActiveState,FragmentPath,WantedBy,Description -- ${name} 2>/dev/null | sed s/=failed/=inactive/`;
}

/** What must hold for a unit on a real host, as root. */
export function cases(): readonly ContractCase[] {
  const put = (text: string, folder: string, name: string): Sh =>
    sh`printf %s ${text} > ${`${folder}/${name}`}`;
  const named = (
    name: string,
    label: string,
    before: readonly Sh[],
    params: Params,
    more: Partial<ContractCase> = {},
  ): ContractCase => ({
    name: label,
    needs: "systemd",
    prepare: joinSh([clean(name), ...before]),
    task: systemdUnit({ name, ...params }),
    snapshot: snapshot(name),
    ...more,
  });
  const NAME = "surefoot-case.service";
  const one = (
    label: string,
    before: readonly Sh[],
    params: Params,
    more?: Partial<ContractCase>,
  ): ContractCase => named(NAME, label, before, params, more);
  const ours = (text: string): Sh => sh`${put(text, DIR, NAME)}
systemctl daemon-reload`;
  const vendors = (text: string): Sh => sh`${put(text, VENDOR, NAME)}
systemctl daemon-reload`;
  const enable = sh`systemctl enable --quiet ${NAME}`;
  const start = sh`systemctl start ${NAME}`;
  const on = { enabled: true, started: true };
  const off = { enabled: false, started: false };
  return [
    one("a new file alone", [], { content: NEW }),
    one("a new unit, enabled and started", [], { content: NEW, ...on }),
    one("a new unit, enabled only", [], { content: NEW, enabled: true }),
    one("a new unit, started only", [], { content: NEW, started: true }),
    one("in sync", [ours(NEW), enable, start], { content: NEW, ...on }),
    one("another file of a unit that runs: restarted", [ours(OLD), enable, start], { content: NEW, ...on }),
    one("another file of a unit that runs: left running", [ours(OLD), start], {
      content: NEW,
      restartOnChange: false,
    }),
    one("another file of a unit that does not run", [ours(OLD), enable], { content: NEW }),
    one("another file, then stopped and disabled", [ours(OLD), enable, start], { content: NEW, ...off }),
    one("mode of the file alone", [ours(NEW), sh`chmod 0600 ${`${DIR}/${NAME}`}`, enable, start], {
      content: NEW,
      ...on,
    }),
    one(
      "a file through a symlink",
      [put(OLD, "/root", NAME), sh`systemctl link --quiet ${`/root/${NAME}`}`, start],
      {
        content: NEW,
        started: true,
      },
    ),
    one("wanted by another target than before", [ours(OLD), enable], {
      content: unit("/bin/true", "WantedBy=rescue.target"),
      enabled: true,
    }),
    one("could not be enabled before", [ours(NO_INSTALL), start], { content: NEW, ...on }),
    one(
      "its file was removed while it ran",
      [ours(OLD), start, sh`rm ${`${DIR}/${NAME}`}; systemctl daemon-reload`],
      {
        content: NEW,
        started: true,
      },
    ),
    one("over the file of a package", [vendors(OLD), enable, start], { content: NEW, ...on }),
    one("over the file of a package, not enabled", [vendors(NO_INSTALL)], { content: NEW, enabled: true }),
    one(
      "a file that systemd has not read yet",
      [ours(OLD), start, put(NEW, DIR, NAME)],
      { content: NEW },
      {
        irreversible: "systemd can't forget what it has read",
      },
    ),
    one("enabled until the next boot only", [ours(OLD), sh`systemctl enable --quiet --runtime ${NAME}`], {
      enabled: true,
    }),
    one("a failed unit, with a file that works", [ours(unit("/bin/false")), sh`${start} 2>/dev/null || :`], {
      content: NEW,
      ...on,
    }),
    ...[{ started: true }, { started: true, enabled: true }].map((wish) =>
      one(
        `a unit that failed too often to be started, whose cause is mended: ${Object.keys(wish).join(", ")}`,
        [
          sh`rm -f /root/mended`,
          vendors(LIMITED),
          sh`for i in 1 2 3; do ${start} 2>/dev/null || :; done; : > /root/mended`,
        ],
        wish,
      ),
    ),
    one("from a package, enabled and started", [vendors(OLD)], on),
    one("from a package, stopped and disabled", [vendors(OLD), enable, start], off),
    one("from a package, stopped only", [vendors(OLD), enable, start], { started: false }),
    one("from a package, disabled only", [vendors(OLD), enable, start], { enabled: false }),
    one("static, to be off", [vendors(NO_INSTALL), start], off),
    one("masked, to be off", [sh`systemctl mask --quiet ${NAME}`], off),
    one("not there, to be off", [], off),
    named("surefoot-case@.service", "a template", [], { content: unit("/bin/true %i") }),
    named(
      "surefoot-case@a-1.service",
      "an instance",
      [put(unit("/bin/true %i"), DIR, "surefoot-case@.service"), sh`systemctl daemon-reload`],
      on,
    ),
    named("surefoot\\x2dcase\\x20odd.service", "an escaped name", [], { content: NEW, ...on }),
    named("-surefoot.service", "a name that looks like options", [], { content: NEW, ...on }),
    named("surefoot-case.timer", "a timer", [ours(OLD)], {
      content: "[Timer]\nOnBootSec=1d\n\n[Install]\nWantedBy=timers.target\n",
      ...on,
    }),
    named("surefoot-case.path", "a path", [ours(OLD)], {
      content: "[Path]\nPathExists=/nonexistent\n\n[Install]\nWantedBy=paths.target\n",
      ...on,
    }),
  ];
}
