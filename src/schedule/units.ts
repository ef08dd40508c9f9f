import { dirname } from "node:path";
import { plainPath, quoteArgument, quoteWord } from "./quote.js";
import type { Schedule } from "./record.js";
import { unitName } from "./record.js";

/** Where the record of a schedule lies: what its unit is given. */
export function recordFile(folder: string, name: string): string {
  return `${folder}/${name}.json`;
}

/** Where systemd makes the folders of CacheDirectory=; compiled playbooks are kept there, since homes are read-only. */
export const CACHES = "/var/cache";

/** The first systemd with LoadCredential= and its %d (its NEWS, versions 247 and 250). */
export const CREDENTIALS_SINCE = 250;

/**
 * What keeps a run from whatever it has no need of (systemd.exec(5)). MemoryDenyWriteExecute= is not among it: JavaScript is compiled while it
 * runs; nor ProtectProc=: whether the process of another run still lives is looked at in /proc.
 */
const HARDENING = `NoNewPrivileges=true
ProtectSystem=strict
ProtectHome=read-only
PrivateTmp=true
PrivateDevices=true
ProtectClock=true
ProtectControlGroups=true
ProtectHostname=true
ProtectKernelLogs=true
ProtectKernelModules=true
ProtectKernelTunables=true
RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK
RestrictNamespaces=true
RestrictRealtime=true
RestrictSUIDSGID=true
LockPersonality=true
SystemCallArchitectures=native
SystemCallFilter=@system-service
SystemCallErrorNumber=EPERM
UMask=0077`;

/** Root reads and writes what belongs to others, as it does by hand, and has no other of its powers; nobody else has any. */
function capabilities(user: string): string {
  return user === "root" ? "CAP_DAC_OVERRIDE CAP_DAC_READ_SEARCH" : "";
}

const HEAD = (name: string): string =>
  `# Written by \`surefoot drift --schedule\`, and again when that is repeated; \`surefoot schedule remove ${name}\` removes it.\n`;

/** The command line that a schedule's service runs, credentials by the variable that systemd sets. */
function execStart(schedule: Schedule, record: string): string {
  const { program, playbook, inventory, state, fix, flags, metrics, commands } = schedule;
  const given = [
    ...["-i", inventory, "--state", state],
    ...(fix ? ["--fix", "--yes"] : []),
    ...selection(schedule),
    ...flags,
    ...(metrics === undefined ? [] : ["--metrics", metrics]),
    ...schedule.vaultPrograms.flatMap((file) => ["--vault-password-file", file]),
    ...commands.flatMap((command) => ["--notify", `command=${command}`]),
  ];
  const handed = [
    ...schedule.vault.map((_file, i) => `--vault-password-file "${credential("vault", i)}"`),
    ...schedule.webhooks.map((_file, i) => `--notify "webhook=@${credential("webhook", i)}"`),
  ];
  const words = [...program, "drift", playbook, ...given, "--scheduled", record];
  return [...words.map(quoteArgument), ...handed].join(" ");
}

/** The flags that say which hosts, tasks and variables a schedule is for. */
export function selection({ limit, tags, extraVar }: Schedule): readonly string[] {
  return [
    ...(limit === undefined ? [] : ["--limit", limit]),
    ...(tags === undefined ? [] : ["--tags", tags.join(",")]),
    ...extraVar.flatMap((text) => ["-e", text]),
  ];
}

/** Where a run finds a file that is handed to it. */
function credential(kind: "vault" | "webhook", i: number): string {
  return `\${CREDENTIALS_DIRECTORY}/${kind}-${i}`;
}

/**
 * The text of a schedule's service.
 * @param record Its record, absolute.
 * @throws SurefootError `flag-invalid` for a path that can't stand in a unit.
 */
export function serviceText(schedule: Schedule, record: string): string {
  const { name, user, cwd, runTimeout, vault, webhooks, age, onFailure } = schedule;
  const credentials = [
    ...vault.map((file, i) => `LoadCredential=vault-${i}:${plainPath(file)}\n`),
    ...webhooks.map((file, i) => `LoadCredential=webhook-${i}:${plainPath(file)}\n`),
    ...(age === undefined
      ? []
      : [`LoadCredential=age:${plainPath(age)}\n`, "Environment=SUREFOOT_AGE_IDENTITY=%d/age\n"]),
  ].join("");
  return `${HEAD(name)}[Unit]
Description=Surefoot: look for drift (${name})
Wants=network-online.target
After=network-online.target
${onFailure === undefined ? "" : `OnFailure=${onFailure}\n`}
[Service]
Type=oneshot
User=${user}
WorkingDirectory=${plainPath(cwd)}
ExecStart=${execStart(schedule, record)}
# 2: hosts have drifted, which is what a look is for. 130: ended by systemctl stop.
SuccessExitStatus=2 130
TimeoutStartSec=${runTimeout}
# Told to end, a run finishes or takes back what is in flight.
TimeoutStopSec=5min
KillMode=mixed
${credentials}CacheDirectory=${unitName(name)}
Environment=XDG_CACHE_HOME=${CACHES}/${unitName(name)}
ReadWritePaths=${written(schedule).map(whereThere).join(" ")}
CapabilityBoundingSet=${capabilities(user)}
${HARDENING}
`;
}

/** Folders that a run of the schedule writes to. */
export function written({ state, metrics }: Schedule): readonly string[] {
  return [state, ...(metrics === undefined ? [] : [dirname(metrics)])];
}

/** A path that may be missing: the run itself tells of that in words. */
function whereThere(path: string): string {
  return quoteWord(path).replace('"', '"-');
}

/** The text of a schedule's timer. */
export function timerText({ name, on, jitter }: Schedule): string {
  return `${HEAD(name)}[Unit]
Description=Surefoot: when to look for drift (${name})

[Timer]
OnCalendar=${on}
RandomizedDelaySec=${jitter}
AccuracySec=1s
# A time that was missed while the machine was off is made up for after its start.
Persistent=true

[Install]
WantedBy=timers.target
`;
}
