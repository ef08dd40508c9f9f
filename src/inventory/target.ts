import { homedir, userInfo } from "node:os";
import { dirname, isAbsolute, join, resolve } from "node:path";
import { z } from "zod";
import { suggest } from "../model/did-you-mean.js";
import type { Target } from "../model/target.js";
import type { Complaints } from "./complaints.js";
import type { Located, LocatedMap } from "./located.js";
import { keyPlaceAt, placeAt, toPlain } from "./located.js";

const files = z
  .union([z.string(), z.array(z.string())])
  .transform((value) => (Array.isArray(value) ? value : [value]));

/** The reserved variable `ssh`: how to reach a host. */
const ssh = z.strictObject({
  address: z.string().min(1).optional(),
  port: z.int().min(1).max(65535).optional(),
  user: z.string().min(1).optional(),
  identity_file: files.optional(),
  identities_only: z.boolean().optional(),
  known_hosts_file: files.optional(),
  host_key_alias: z.string().optional(),
  proxy_command: z.string().min(1).optional(),
  jump: z.string().min(1).optional(),
  /** Seconds. */
  connect_timeout: z.number().positive().max(600).optional(),
});

const password = z.union([
  z.string().transform((value) => ({ value })),
  z.strictObject({ env: z.string() }),
  z.strictObject({ file: z.string() }),
  z.strictObject({ command: z.string() }),
]);

/** The reserved variable `become`: how tasks get their rights. */
const become = z.union([
  z.boolean(),
  z.strictObject({
    user: z.string().min(1).optional(),
    password: password.optional(),
    enabled: z.boolean().optional(),
  }),
]);

/** Variables that say how to reach a host; their mappings merge key by key over groups and hosts. */
export const RESERVED: readonly string[] = ["ssh", "become"];

/** A host that answers slowly is not a dead one: the whole login may take this long, in seconds. */
const CONNECT_TIMEOUT_S = 30;

/** How to reach a host, from its merged variables; complains about what does not fit. */
export function targetOf(host: string, vars: LocatedMap, complaints: Complaints): Target {
  const way = check(ssh, vars.get("ssh"), "ssh", complaints) ?? {};
  const rights = check(become, vars.get("become"), "become", complaints) ?? false;
  const path = (key: string, file: string, index: number): string =>
    absolute(file, placeOfFile(vars.get("ssh"), key, index));
  const known = way.known_hosts_file?.map((file, i) => path("known_hosts_file", file, i));
  const asked = typeof rights === "boolean" ? { enabled: rights } : { enabled: true, ...rights };
  const secret = "password" in asked ? asked.password : undefined;
  const passwordPlace = vars.get("become");
  const source =
    secret !== undefined && "file" in secret
      ? {
          file: absolute(
            secret.file,
            passwordPlace === undefined ? "." : placeAt(passwordPlace, ["password"]).file,
          ),
        }
      : secret;
  return {
    host,
    address: way.address ?? host,
    port: way.port ?? 22,
    user: way.user ?? userInfo().username,
    identityFiles: (way.identity_file ?? []).map((file, i) => path("identity_file", file, i)),
    identitiesOnly: way.identities_only ?? false,
    knownHostsFiles: known ?? [join(homedir(), ".ssh/known_hosts"), "/etc/ssh/ssh_known_hosts"],
    ...(way.host_key_alias === undefined ? {} : { hostKeyAlias: way.host_key_alias }),
    ...(way.proxy_command === undefined ? {} : { proxyCommand: way.proxy_command }),
    ...(way.jump === undefined ? {} : { jump: way.jump }),
    connectTimeout: way.connect_timeout ?? CONNECT_TIMEOUT_S,
    become: asked.enabled
      ? {
          user: ("user" in asked ? asked.user : undefined) ?? "root",
          ...(source === undefined ? {} : { password: source }),
        }
      : null,
  };
}

function placeOfFile(located: Located | undefined, key: string, index: number): string {
  return located === undefined ? "." : placeAt(located, [key, index]).file;
}

/** Paths are relative to the file in which they stand; `~/` is the user's home. */
function absolute(path: string, file: string): string {
  if (path.startsWith("~/")) return join(homedir(), path.slice(2));
  return isAbsolute(path) ? path : resolve(dirname(file), path);
}

function check<T>(
  schema: z.ZodType<T>,
  located: Located | undefined,
  name: string,
  complaints: Complaints,
): T | undefined {
  if (located === undefined) return undefined;
  const result = schema.safeParse(toPlain(located));
  if (result.success) return result.data;
  for (const issue of result.error.issues) {
    const path = issue.path.map(String);
    const place = placeAt(located, issue.path);
    if (issue.code === "unrecognized_keys") {
      for (const key of issue.keys) {
        const hint = suggest(key, Object.keys(ssh.shape), `See docs/inventory.md for what ${name} can have.`);
        complaints.add(
          "inventory-invalid",
          `${name} can't have "${key}"`,
          keyPlaceAt(located, [...issue.path, key]),
          hint,
        );
      }
    } else {
      const what = [name, ...path].join(".");
      complaints.add(
        "inventory-invalid",
        `${what}: ${issue.message}`,
        place,
        "See docs/inventory.md for its form.",
      );
    }
  }
  return undefined;
}
