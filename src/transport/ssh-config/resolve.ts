import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { userInfo } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import pLimit from "p-limit";
import { SurefootError } from "../../model/error.js";
import type { Target } from "../../model/target.js";
import type { ConfigText } from "./file.js";
import { hostMatches, readConfig } from "./file.js";
import { HARMLESS } from "./keywords.js";
import type { Answer } from "./merge.js";
import { mergeConfig, parseAnswer } from "./merge.js";

/** How many `ssh -G` run at once: each takes some 10 ms of a core. */
const AT_ONCE = 4;
/** `ssh -G` may run commands of `Match exec`, and may look names up. */
const TIMEOUT_MS = 20_000;
const SYSTEM_FILE = "/etc/ssh/ssh_config";

/** Keywords whose tokens `ssh -G` fills in itself, so that its answer holds for one host only. */
const PER_HOST = /^(hostname|userknownhostsfile|canonicalizehostname|hostkeyalias|identityagent)$/;

/** Gives targets with what ssh_config says of them. */
export type ConfigReader = (target: Target) => Promise<Target>;

/** What {@link configReader} may be told. */
export interface ConfigOptions {
  /** Told once of each keyword that is set and not followed. */
  readonly warn: (message: string) => void;
  /** Tests replace this: what `ssh -G` with these arguments prints. */
  readonly ask?: (args: readonly string[]) => Promise<string>;
}

/**
 * Reads ssh_config by `ssh -G`, which knows it best, as late and as seldom as possible: never where no file sets anything that matters
 * for a host, and once for all the hosts that match the same `Host` lines. Only where `Match` or tokens make answers differ from
 * host to host, each host costs a process.
 */
export function configReader(options: ConfigOptions): ConfigReader {
  const ask = options.ask ?? askSsh;
  const limit = pLimit(AT_ONCE);
  const { homedir: home } = userInfo();
  const texts = new Map<string, Promise<ConfigText>>();
  const answers = new Map<string, Promise<Asked>>();
  const warned = new Set<string>();
  const ticket = hasTicket();

  const once = <T>(map: Map<string, Promise<T>>, key: string, make: () => Promise<T>): Promise<T> => {
    const known = map.get(key) ?? make();
    map.set(key, known);
    return known;
  };
  const answerOf = (key: string, name: string, flags: readonly string[]): Promise<Asked> =>
    once(answers, key, () =>
      limit(async () => ({ name, answer: parseAnswer(await ask(["-G", ...flags, "--", name])) })),
    );

  return async (target) => {
    const { given, configFile } = target;
    const asked = target.configName !== undefined;
    if (asked || given === undefined || configFile === false) return target;
    const text = await once(texts, configFile ?? "", () => readAll(configFile, home));
    const key = classOf(text, target, ticket);
    if (key === null) return target;
    const file = configFile === undefined ? [] : ["-F", configFile];
    const user = given.includes("user") ? ["-l", target.user] : [];
    const port = given.includes("port") ? ["-p", String(target.port)] : [];
    const flags = [...file, ...user, ...port];
    const [answer, defaults] = await Promise.all([
      answerOf(JSON.stringify([flags, key]), target.address, flags),
      answerOf("defaults", "localhost", ["-F", "none"]),
    ]);
    const merged = mergeConfig(target, forHost(answer, target), defaults.answer, { home, ticket });
    for (const setting of merged.target.transport === "system" ? [] : merged.unsupported) {
      if (warned.has(setting)) continue;
      warned.add(setting);
      options.warn(warning(setting, target));
    }
    return merged.target;
  };
}

interface Asked {
  /** Which host was asked about, for all of its class. */
  readonly name: string;
  readonly answer: Answer;
}

/** The answer for a host of the same class: where nothing else is said, its address is its own name. */
function forHost({ name, answer }: Asked, target: Target): Answer {
  const same = answer.get("hostname")?.[0]?.toLowerCase() === name.toLowerCase();
  return same ? new Map([...answer, ["hostname", [target.address]]]) : answer;
}

async function readAll(configFile: string | undefined, home: string): Promise<ConfigText> {
  if (configFile !== undefined && !existsSync(configFile)) {
    throw new SurefootError({
      code: "ssh-config-invalid",
      message: `there is no file ${configFile}`,
      hint: "Correct `ssh: { config_file }`; false reads none.",
    });
  }
  return readConfig(filesOf(configFile, home), home);
}

function filesOf(
  configFile: string | undefined,
  home: string,
): readonly { readonly path: string; readonly base: string }[] {
  if (configFile !== undefined) return [{ path: configFile, base: join(home, ".ssh") }];
  return [
    { path: join(home, ".ssh/config"), base: join(home, ".ssh") },
    { path: SYSTEM_FILE, base: dirname(SYSTEM_FILE) },
  ];
}

/** What hosts with the same answer have in common; null: nothing that matters is set for this one. */
function classOf(text: ConfigText, target: Target, ticket: boolean): string | null {
  const name = target.address;
  if (text.opaque) return `host ${name}`;
  const held = text.hosts.map((patterns) => hostMatches(patterns, name));
  const holding = text.settings.filter((setting) => setting.hosts.every((number) => held[number]));
  const matters = (keyword: string): boolean =>
    keyword === "gssapiauthentication" ? ticket : !HARMLESS.has(keyword);
  const mattering = holding.filter(({ keyword }) => matters(keyword));
  if (mattering.length === 0) return null;
  const single = mattering.some(
    ({ matched, keyword, value }) => matched || (PER_HOST.test(keyword) && /%|yes|always/.test(value)),
  );
  return single ? `host ${name}` : `lines ${held.flatMap((holds, i) => (holds ? [i] : [])).join()}`;
}

/** Whether Kerberos has a ticket in a file, or is told to look elsewhere (krb5.conf(5), default_ccache_name). */
function hasTicket(): boolean {
  return process.env.KRB5CCNAME !== undefined || existsSync(`/tmp/krb5cc_${process.getuid?.() ?? 0}`);
}

function warning(setting: string, { host }: Target): string {
  const [keyword = "", ...value] = setting.split(" ");
  const what = `ssh_config says ${keyword} ${value.join(" ")}`.slice(0, 120);
  return keyword === "stricthostkeychecking"
    ? `${what} (for ${host} at least): not followed, no unknown host key is accepted; add keys by \`surefoot hosts scan\``
    : `${what} (for ${host} at least): not followed; \`ssh: { transport: system }\` logs in by the system's ssh, which follows it`;
}

async function askSsh(args: readonly string[]): Promise<string> {
  try {
    const running = promisify(execFile)("ssh", [...args], { timeout: TIMEOUT_MS, maxBuffer: 1024 * 1024 });
    running.child.stdin?.end();
    return (await running).stdout;
  } catch (thrown) {
    if (isMissing(thrown)) {
      throw new SurefootError(
        {
          code: "ssh-config-invalid",
          message: "there is no ssh command to read ssh_config by",
          hint: "Install the OpenSSH client, or read none: `ssh: { config_file: false }`.",
        },
        { cause: thrown },
      );
    }
    const said =
      thrown instanceof Error && "stderr" in thrown ? String(thrown.stderr).trim() : String(thrown);
    throw new SurefootError(
      {
        code: "ssh-config-invalid",
        message: `ssh can't read its configuration: ${said.split("\n")[0] ?? ""}`,
        hint: `Try \`ssh ${args.join(" ")}\`; \`ssh: { config_file: false }\` reads none.`,
        detail: said,
      },
      { cause: thrown },
    );
  }
}

function isMissing(thrown: unknown): boolean {
  return thrown instanceof Error && "code" in thrown && thrown.code === "ENOENT";
}
