import { homedir, userInfo } from "node:os";
import { dirname, join, resolve } from "node:path";
import { z } from "zod";
import { suggest } from "../model/did-you-mean.js";
import type { PasswordSource, Target, TargetField } from "../model/target.js";
import { BECOME_METHODS, BECOME_ROOT } from "../model/target.js";
import type { Complaints } from "./complaints.js";
import type { Located, LocatedMap } from "./located.js";
import { isMap, keyPlaceAt, placeAt, toPlain } from "./located.js";

/** Variables that say how to reach a host; their mappings merge key by key over groups and hosts. */
export const RESERVED: readonly string[] = ["ssh", "become"];

const word = z.string().regex(/^(?!-)[^\s\p{Cc}]+$/u, "must be one word that does not start with -");
const command = z.string().regex(/^[^\p{Cc}]*\S[^\p{Cc}]*$/u, "must be a command on one line");
const path = z
  .string()
  .regex(/^[^\p{Cc}]+$/u, "must be a path")
  .regex(/^(?!~[^/])/, "must be a path: absolute, relative to this file, or in your own home by ~/");
const paths = z.union([path.transform((one) => [one]), z.array(path)], {
  error: "must be a path or a list of paths",
});

const password = z.union(
  [
    z
      .string()
      .min(1)
      .transform((value) => ({ value })),
    z.strictObject({ env: word }),
    z.strictObject({ file: path }),
    z.strictObject({ command }),
    z.strictObject({ vault: z.string() }),
  ],
  { error: "must be { env: NAME }, { file: PATH }, { command: CMD }, a `!vault` or a text" },
);

/** `ssh` as one source gives it: all of it optional, and null takes back what a weaker source says. */
const sshSchema = z.strictObject({
  address: word.nullish(),
  port: z.int().min(1).max(65535).nullish(),
  user: word.nullish(),
  identity_file: paths.nullish(),
  identities_only: z.boolean().nullish(),
  known_hosts_file: paths.nullish(),
  host_key_alias: word.nullish(),
  proxy_command: command.nullish(),
  jump: word.nullish(),
  /** Seconds. */
  connect_timeout: z.number().positive().max(600).nullish(),
  certificate_file: paths.nullish(),
  /** A socket, or `none`. */
  identity_agent: path.nullish(),
  passphrase: password.nullish(),
  password: password.nullish(),
  transport: z.enum(["ssh2", "system"], { error: "must be ssh2 or system" }).nullish(),
  config_file: z.union([z.literal(false), path], { error: "must be a path, or false for none" }).nullish(),
});

const becomeSchema = z.strictObject({
  method: z.enum(BECOME_METHODS, { error: `must be one of ${BECOME_METHODS.join(", ")}` }).nullish(),
  user: word.nullish(),
  password: password.nullish(),
  /** Seconds. */
  timeout: z.number().positive().max(3600).nullish(),
  enabled: z.boolean().nullish(),
});

/** What sources say of the reserved variables, put together; paths are absolute. */
export interface Way {
  readonly ssh: z.output<typeof sshSchema>;
  readonly become: boolean | z.output<typeof becomeSchema>;
}

/** What holds where no source says anything. */
export const NO_WAY: Way = { ssh: {}, become: false };

/** Puts a stronger source over what is known: mappings key by key, anything else as a whole. */
export function overlay(weaker: Way, { ssh, become }: Partial<Way>): Way {
  if (ssh === undefined && become === undefined) return weaker;
  const both = typeof weaker.become === "object" && typeof become === "object";
  return {
    ssh: ssh === undefined ? weaker.ssh : { ...weaker.ssh, ...ssh },
    become: become === undefined ? weaker.become : both ? { ...weaker.become, ...become } : become,
  };
}

/** Reads the reserved variables of sources. Each set of variables is checked once, however many hosts share it. */
export function wayReader(complaints: Complaints): (vars: LocatedMap) => Partial<Way> {
  const known = new Map<LocatedMap, Partial<Way>>();
  return (vars) => {
    const done = known.get(vars);
    if (done !== undefined) return done;
    const ssh = vars.get("ssh");
    const become = vars.get("become");
    const read = {
      ...(ssh === undefined ? {} : { ssh: readSsh(ssh, complaints) }),
      ...(become === undefined ? {} : { become: readBecome(become, complaints) }),
    };
    known.set(vars, read);
    return read;
  };
}

/** Seconds. A host that answers slowly is not a dead one: the whole login may take this long. */
const CONNECT_TIMEOUT_S = 30;
/** Where ssh(1) looks by default (ssh_config(5): UserKnownHostsFile, GlobalKnownHostsFile). */
const KNOWN_HOSTS = [join(homedir(), ".ssh/known_hosts"), "/etc/ssh/ssh_known_hosts"];
const NO_FILES: readonly string[] = [];

/** Which key of `ssh` gives which field that ssh_config could fill in as well. */
const FIELD_OF: Readonly<Partial<Record<keyof Way["ssh"], TargetField>>> = {
  address: "address",
  port: "port",
  user: "user",
  identity_file: "identityFiles",
  identities_only: "identitiesOnly",
  identity_agent: "identityAgent",
  certificate_file: "certificateFiles",
  known_hosts_file: "knownHostsFiles",
  host_key_alias: "hostKeyAlias",
  proxy_command: "proxyCommand",
  jump: "jump",
  connect_timeout: "connectTimeout",
};

/** Lists of given fields, one for all the hosts that give the same. */
const lists = new Map<string, readonly TargetField[]>();

/** The same as pairs, made once and not for each host. */
const GIVABLE: readonly (readonly [keyof Way["ssh"], TargetField])[] = sshSchema
  .keyof()
  .options.flatMap((key) => {
    const field = FIELD_OF[key];
    return field === undefined ? [] : [[key, field] as const];
  });

/** The fields that the inventory speaks of, null included: it takes back what ssh_config says. */
function givenFields(ssh: Way["ssh"]): readonly TargetField[] {
  const fields = GIVABLE.flatMap(([key, field]) => (ssh[key] === undefined ? [] : [field]));
  const id = fields.join();
  const known = lists.get(id) ?? fields;
  lists.set(id, known);
  return known;
}

let ownName: string | undefined;

/** How to reach a host, defaults filled in; without a user one logs in by one's own name, as with ssh(1). */
export function targetOf(host: string, { ssh, become }: Way): Target {
  // Asked of the system once, not for each host.
  ownName ??= userInfo().username;
  const { host_key_alias: hostKeyAlias, proxy_command: proxyCommand, jump } = ssh;
  return {
    host,
    address: ssh.address ?? host,
    port: ssh.port ?? 22,
    user: ssh.user ?? ownName,
    identityFiles: ssh.identity_file ?? NO_FILES,
    identitiesOnly: ssh.identities_only ?? false,
    knownHostsFiles: ssh.known_hosts_file ?? KNOWN_HOSTS,
    ...(hostKeyAlias ? { hostKeyAlias } : {}),
    ...(proxyCommand ? { proxyCommand } : {}),
    ...(jump ? { jump } : {}),
    connectTimeout: ssh.connect_timeout ?? CONNECT_TIMEOUT_S,
    ...becomeOf(become),
    ...(ssh.certificate_file ? { certificateFiles: ssh.certificate_file } : {}),
    ...(ssh.identity_agent ? { identityAgent: ssh.identity_agent } : {}),
    ...(ssh.passphrase ? { passphrase: ssh.passphrase } : {}),
    ...(ssh.password ? { password: ssh.password } : {}),
    ...(ssh.transport ? { transport: ssh.transport } : {}),
    ...(ssh.config_file === undefined || ssh.config_file === null ? {} : { configFile: ssh.config_file }),
    given: givenFields(ssh),
  };
}

function becomeOf(become: Way["become"]): Pick<Target, "become" | "becomeAs"> {
  if (become === false) return { become: null };
  const { method, user, password: source, timeout, enabled } = become === true ? {} : become;
  const how = {
    method: method ?? BECOME_ROOT.method,
    user: user ?? BECOME_ROOT.user,
    ...(source ? { password: source } : {}),
    timeout: timeout ?? BECOME_ROOT.timeout,
  };
  return enabled === false ? { become: null, becomeAs: how } : { become: how };
}

function readSsh(node: Located, complaints: Complaints): Way["ssh"] {
  const part = check("ssh", node, sshSchema, complaints) ?? {};
  const absolute = (key: string, list: readonly string[]): string[] =>
    list.map((file, i) => absolutePath(file, placeAt(node, [key, i]).file, complaints));
  const { identity_file: keys, known_hosts_file: known, certificate_file: certificates } = part;
  const one = (key: string, file: string): string =>
    absolutePath(file, placeAt(node, [key]).file, complaints);
  const { identity_agent: agent, config_file: config, passphrase, password: login } = part;
  return {
    ...part,
    ...(keys ? { identity_file: absolute("identity_file", keys) } : {}),
    ...(known ? { known_hosts_file: absolute("known_hosts_file", known) } : {}),
    ...(certificates ? { certificate_file: absolute("certificate_file", certificates) } : {}),
    ...(agent && agent !== "none" ? { identity_agent: one("identity_agent", agent) } : {}),
    ...(config ? { config_file: one("config_file", config) } : {}),
    ...(passphrase ? { passphrase: absoluteSource(node, "passphrase", passphrase, complaints) } : {}),
    ...(login ? { password: absoluteSource(node, "password", login, complaints) } : {}),
  };
}

function readBecome(node: Located, complaints: Complaints): Way["become"] {
  if (typeof node.value === "boolean") return node.value;
  const part = check("become", node, becomeSchema, complaints);
  if (part === undefined) return false;
  const source = part.password;
  return source ? { ...part, password: absoluteSource(node, "password", source, complaints) } : part;
}

function absoluteSource(
  node: Located,
  key: string,
  source: PasswordSource,
  complaints: Complaints,
): PasswordSource {
  if (!("file" in source)) return source;
  return { file: absolutePath(source.file, placeAt(node, [key, "file"]).file, complaints) };
}

/** Paths are relative to the file in which they stand, those of the command line to the working directory. */
export function absolutePath(path: string, file: string, { cwd }: Complaints): string {
  return path === "~" || path.startsWith("~/")
    ? join(homedir(), path.slice(1))
    : resolve(cwd, dirname(file), path);
}

function check<T>(
  name: "ssh" | "become",
  node: Located,
  schema: z.ZodType<T>,
  complaints: Complaints,
): T | undefined {
  if (!isMap(node.value)) {
    const message = name === "ssh" ? "ssh must be a mapping" : "become must be true, false or a mapping";
    const hint =
      name === "ssh" ? "Write for example ssh: { user: ops }." : "Write become: true, without quotes.";
    complaints.add("inventory-invalid", message, node.place, hint);
    return undefined;
  }
  const result = schema.safeParse(toPlain(node, (secret) => secret.plain));
  if (result.success) return result.data;
  for (const issue of result.error.issues) {
    const where = [name, ...issue.path.map(String)].join(".");
    if (issue.code !== "unrecognized_keys") {
      const hint = "See docs/inventory.md for its form.";
      complaints.add("inventory-invalid", `${where}: ${issue.message}`, placeAt(node, issue.path), hint);
    } else for (const key of issue.keys) unknownKey(name, node, where, [...issue.path, key], complaints);
  }
  return undefined;
}

function unknownKey(
  name: "ssh" | "become",
  node: Located,
  where: string,
  path: readonly PropertyKey[],
  complaints: Complaints,
): void {
  const known = Object.keys(name === "ssh" ? sshSchema.shape : becomeSchema.shape);
  const key = String(path.at(-1));
  const hint = suggest(key, known, `It can have ${known.join(", ")}.`);
  // A misspelt key may hold a password.
  complaints.add(
    "inventory-invalid",
    `${where} can't have "${key}"`,
    keyPlaceAt(node, path),
    hint,
    name === "ssh",
  );
}
