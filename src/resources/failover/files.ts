import { createHash } from "node:crypto";
import { kernelScript } from "./kernel-script.js";
import { SCRIPT, UNIT } from "./names.js";
import type { ActiveParams } from "./params.js";
import { devsOf } from "./params.js";
import { pinnedScript } from "./pinned-script.js";

/** Words of the script's second line, by which it is known whether an old one's settings must be taken back before a new one starts. */
const SETUP = "# setup: ";

/** What a mode sets up and would leave behind; probing can change without taking anything back. */
function setupOf(p: ActiveParams): string {
  const [dev, ...others] = devsOf(p);
  const gateways = p.gateways
    .map((way) => (others.length > 0 ? `${way.address}%${way.dev}` : way.address))
    .join(" ");
  const numbers = p.mode === "pinned" ? ` mark ${p.markShift} table ${p.table} priority ${p.priority}` : "";
  return `${p.mode} ${others.length > 0 ? "" : `${dev} `}${gateways}${numbers}`;
}

/** The program of the service. */
export function scriptOf(p: ActiveParams): string {
  const body = p.mode === "kernel" ? kernelScript(p) : pinnedScript(p);
  return `#!/bin/sh
${SETUP}${setupOf(p)}
# Kept by Surefoot. Use: up, watch, ended, down.
PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C
export PATH LC_ALL
${body.sh}`;
}

/** The setup line of a script on a host; empty where it has none. */
export function setupIn(script: string): string {
  return script.split("\n").find((line) => line.startsWith(SETUP)) ?? "";
}

/**
 * The service. It may change networking and nothing else. It starts over whenever it ends; at boot also until the interface has its
 * address.
 */
export function unitOf(p: ActiveParams): string {
  const script = scriptOf(p);
  return `[Unit]
Description=Failover between gateways (${p.mode})
After=network-online.target
Wants=network-online.target
StartLimitIntervalSec=0

[Service]
# A changed script is a changed unit: ${createHash("sha256").update(script).digest("hex").slice(0, 16)}
ExecStartPre=/bin/sh ${SCRIPT} up
ExecStart=/bin/sh ${SCRIPT} watch
ExecStopPost=/bin/sh ${SCRIPT} ended
Restart=always
RestartSec=1
RuntimeDirectory=${UNIT.replace(/\.service$/, "")}
RuntimeDirectoryPreserve=yes
CapabilityBoundingSet=CAP_NET_ADMIN CAP_NET_RAW
NoNewPrivileges=yes
ProtectSystem=strict
ProtectHome=yes
PrivateTmp=yes
PrivateDevices=yes
ProtectClock=yes
ProtectControlGroups=yes
ProtectHostname=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes${p.mode === "pinned" ? "\nProtectKernelTunables=yes" : ""}
RestrictAddressFamilies=AF_INET AF_INET6 AF_NETLINK AF_UNIX
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
LockPersonality=yes
MemoryDenyWriteExecute=yes
SystemCallArchitectures=native
SystemCallFilter=@system-service

[Install]
WantedBy=multi-user.target
`;
}
