import type { Target } from "../model/target.js";
import { expandProxyCommand } from "./proxy.js";

/** A path as ssh_config takes it: in quotes, and without tokens. */
function path(text: string): string {
  return `"${text.replaceAll("%", "%%").replaceAll("\\", "\\\\").replaceAll('"', '\\"')}"`;
}

/** Which configuration the system's ssh shall read. */
function configFlags(target: Target): readonly string[] {
  if (target.configFile === false || target.given === undefined) return ["-F", "none"];
  return target.configFile === undefined ? [] : ["-F", target.configFile];
}

/**
 * Arguments for the system's ssh that make a login what the target says, whatever ssh_config says. Options of the command line come
 * first, and of each option ssh takes the first that it meets (ssh_config(5)).
 * @param line The command that is the way there, where there is one.
 */
export function systemArgs(target: Target, controlPath: string, line: string | undefined): readonly string[] {
  const proxy =
    line ?? (target.proxyCommand === undefined ? undefined : expandProxyCommand(target.proxyCommand, target));
  const options = [
    "BatchMode yes",
    "StrictHostKeyChecking yes",
    "ControlMaster yes",
    "ControlPersist no",
    `ControlPath ${path(controlPath)}`,
    "UpdateHostKeys no",
    "PermitLocalCommand no",
    "RemoteCommand none",
    "ClearAllForwardings yes",
    "ForwardX11 no",
    "AddKeysToAgent no",
    "LogLevel ERROR",
    `ConnectTimeout ${Math.ceil(target.connectTimeout)}`,
    `ServerAliveInterval ${target.keepalive?.interval ?? 5}`,
    `ServerAliveCountMax ${target.keepalive?.count ?? 3}`,
    `HostName ${target.address}`,
    `UserKnownHostsFile ${target.knownHostsFiles.map(path).join(" ") || "/dev/null"}`,
    "GlobalKnownHostsFile /dev/null",
    // A command, none included, keeps ssh from following a ProxyJump.
    `ProxyCommand ${proxy === undefined ? "none" : proxy.replaceAll("%", "%%")}`,
    ...target.identityFiles.map((file) => `IdentityFile ${path(file)}`),
    ...(target.certificateFiles ?? []).map((file) => `CertificateFile ${path(file)}`),
    ...(target.identitiesOnly ? ["IdentitiesOnly yes"] : []),
    ...(target.identityAgent === undefined ? [] : [`IdentityAgent ${path(target.identityAgent)}`]),
    ...(target.hostKeyAlias === undefined ? [] : [`HostKeyAlias ${target.hostKeyAlias}`]),
  ];
  return [
    ...configFlags(target),
    "-T",
    "-p",
    String(target.port),
    "-l",
    target.user,
    ...options.flatMap((option) => ["-o", option]),
  ];
}

/**
 * Arguments for a client of a login that stands: it must not log in by itself where that login is gone, so its own way fails.
 */
export function clientArgs(controlPath: string): readonly string[] {
  const options = [
    "BatchMode yes",
    "ControlMaster no",
    `ControlPath ${path(controlPath)}`,
    "ProxyCommand exit 255",
  ];
  return ["-F", "none", "-T", ...options.flatMap((option) => ["-o", option])];
}

/** The name to call the host by. */
export function systemName(target: Target): string {
  return target.configName ?? target.address;
}
