import { RESTORE_SCRIPT } from "../../model/guard.js";
import type { Sh } from "../../model/sh.js";
import { joinSh, sh } from "../../model/sh.js";
import { whereSh } from "./where.js";

/** One step back, and who takes it where that is not the guard's own user. */
export interface UndoStep {
  readonly run: Sh;
  /** Login name; absent: the user who armed the guard. */
  readonly user?: string;
  /** Whether it restores what a reboot would bring to life. */
  readonly startup: boolean;
}

/** Where what a reboot must take back is kept meanwhile: it must survive one. */
const KEPT = RESTORE_SCRIPT;
const UNIT = "/etc/systemd/system/surefoot-restore.service";
const WANTS = "/etc/systemd/system/sysinit.target.wants/surefoot-restore.service";

const FOLDER = KEPT.slice(0, KEPT.lastIndexOf("/"));

/** Takes the boot's part away again; does nothing where there is none. GNU rm takes files and a folder that is empty then in one go. */
const FORGET = sh`if [ -e ${KEPT} ] || [ -h ${WANTS} ]; then
rm -df ${[WANTS, UNIT, KEPT, FOLDER]} 2>/dev/null || { rm -f ${[WANTS, UNIT, KEPT]}; rmdir ${FOLDER} 2>/dev/null || :; }
fi`;

const HEAD = sh`LC_ALL=C PATH=$PATH:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
export LC_ALL PATH
umask 022
cd /`;

/** How often all steps are tried before they count as failed; each harms nothing when it is done again. */
const TRIES = 3;

function tries(steps: readonly UndoStep[]): Sh {
  const bodies = steps.map(
    ({ run, user }) => sh`(set -e
${user === undefined ? run : sh`su -s /bin/sh ${user} -c ${`set -e\n${run.sh}`}`}
) </dev/null
[ $? -eq 0 ] || bad=1`,
  );
  // In the condition of an if or a list, `set -e` would not hold inside either (POSIX.1-2017 XCU 2.14, set).
  return sh`try() {
bad=0
${joinSh(bodies)}
}
n=0
while [ $n -lt ${TRIES} ]; do
[ $n -eq 0 ] || sleep 1
n=$((n+1))
try
[ $bad -ne 0 ] || break
done`;
}

/**
 * The script that takes everything back by itself. Renaming `armed` decides, once, between it and who disarms it. Steps that the change
 * still runs are ended first, so that they do not go on behind their own undoing. It leaves `last` behind for whoever comes next to read. `undoing`
 * holds its number and start time (proc_pid_stat(5)): as long as it runs, the lease is nobody else's.
 * @param dir See {@link whereSh}.
 */
export function undoScript(
  steps: readonly UndoStep[],
  { token, unit, dir }: { readonly token: string; readonly unit: string; readonly dir: string | undefined },
): Sh {
  return sh`${HEAD}
${whereSh(dir)}
read -r x <"/proc/$$/stat"
set -- \${x##*") "}
echo "$$ \${20}" 2>/dev/null >"$l/undoing"
mv "$l/armed" "$l/fired" 2>/dev/null || exit 0
g=0
read -r g <"$l/group" || :
[ "\${g:-0}" -le 1 ] || kill -s KILL -- "-$g" 2>/dev/null || :
exec >"$l/log" 2>&1
${tries(steps)}
${FORGET}
t=
{ read -r t; } 2>/dev/null <"$l/owner" || :
if [ "$t" = token=${token} ]; then
printf 'result=%s\\n' $bad >>"$l/owner"
rm -rf "$d/last"
mv "$l" "$d/last"
fi
[ ! -d /run/systemd/system ] || systemctl stop ${`${unit}.timer`} 2>/dev/null || :
`;
}

/** Whether anything of it would come to life at a reboot. */
export function touchesStartup(steps: readonly UndoStep[]): boolean {
  return steps.some(({ startup }) => startup);
}

/**
 * Lets a boot that comes before the confirmation take back what is written to be started: by a unit that runs before the kernel's parameters and
 * the network are set up (systemd.special(7): sysinit.target, network-pre.target). systemd reads it at boot; it is not told now.
 * Nothing is done where systemd does not run. By cat, which says why where it can't write; dash's own printf does not.
 */
export function keepForBoot(steps: readonly UndoStep[], token: string): Sh {
  const script = sh`${HEAD}
${tries(steps.filter(({ startup }) => startup))}
[ $bad -eq 0 ] || exit 1
${FORGET}
`;
  const unit = `[Unit]
Description=Take back a change that a reboot came before the confirmation of
DefaultDependencies=no
ConditionPathExists=${KEPT}
Wants=network-pre.target
After=local-fs.target systemd-remount-fs.service
Before=sysinit.target systemd-sysctl.service network-pre.target shutdown.target
Conflicts=shutdown.target

[Service]
Type=oneshot
ExecStart=/bin/sh ${KEPT}
`;
  return sh`[ -d /run/systemd/system ] || exit 0
umask 077
mkdir -p ${[KEPT, WANTS].map((file) => file.slice(0, file.lastIndexOf("/")))}
cat >${KEPT} <<'RESTORE-${{ sh: token }}'
${script}RESTORE-${{ sh: token }}
umask 022
cat >${UNIT} <<'UNIT-${{ sh: token }}'
${{ sh: unit }}UNIT-${{ sh: token }}
ln -sf ${UNIT} ${WANTS}`;
}

/** Takes away what {@link keepForBoot} wrote. */
export const FORGET_BOOT: Sh = FORGET;

/** The same, and makes sure of it. */
export const BOOT_FORGOTTEN: Sh = sh`${FORGET}
[ ! -e ${KEPT} ] && [ ! -h ${WANTS} ]`;
