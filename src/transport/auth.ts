import { homedir } from "node:os";
import { join } from "node:path";
import type { AnyAuthMethod, ParsedKey, Prompt } from "ssh2";
import { SurefootError } from "../model/error.js";
import type { Target } from "../model/target.js";
import { agentKeys, ChosenKeys } from "./agent.js";
import type { Identities, Identity } from "./identities.js";
import type { Ask } from "./secrets.js";
import { readPassword } from "./secrets.js";
import { where } from "./ssh-errors.js";
import type { PasswordTrials, Turn } from "./trials.js";
import { passwordTrials } from "./trials.js";

/** Keys that ssh(1) tries when none is named. */
const DEFAULT_IDENTITIES = ["id_ed25519", "id_ecdsa", "id_rsa"].map((name) => join(homedir(), ".ssh", name));

/** What logging in needs besides the target. */
export interface AuthSources {
  readonly identities: Identities;
  readonly ask: Ask | undefined;
  /** Hosts that try the same password; by default all of this process. */
  readonly trials?: PasswordTrials;
}

/** The files whose keys are tried for a target. */
export function identityFilesOf(target: Target): readonly string[] {
  return target.identityFiles.length > 0 ? target.identityFiles : DEFAULT_IDENTITIES;
}

/** The agent's socket, if there is one to ask. */
export function agentSocket(target: Target): string | undefined {
  const socket = target.identityAgent ?? process.env.SSH_AUTH_SOCK;
  return socket === undefined || socket === "" || socket === "none" ? undefined : socket;
}

/** One login as it goes on. */
export interface AuthProgress {
  /** Methods that the server said it would take; null before its first answer. */
  left: readonly string[] | null;
  /** Whether a method was accepted and another is wanted on top. */
  partial: boolean;
  /** Set while it is this host's turn to try its password. */
  turn?: Turn;
  /** Ends the login: a question of the server can't be answered. */
  fail(thrown: unknown): void;
}

/**
 * The ways to prove who we are, each made when it is its turn: keys of files, keys of the agent, then password and questions. `progress`
 * says what the server takes, so that no password is asked for in vain. Each is tried once: another try could lock the account.
 *
 * @throws SurefootError for a key that is named and missing or unreadable, and for a passphrase, password or answer that is not to be had.
 */
export async function* authMethods(
  target: Target,
  sources: AuthSources,
  progress: AuthProgress,
): AsyncGenerator<AnyAuthMethod, void, void> {
  const username = target.user;
  const takes = (method: string): boolean => progress.left?.includes(method) ?? true;
  yield* publicKeys(target, sources, takes);
  // Who has no key to offer must ask what else the server takes.
  if (progress.left === null) yield { type: "none", username };
  if (target.password !== undefined) {
    const password = await passwordOf(target);
    await waitForTurn(target, sources, progress, password);
    if (takes("password") && progress.left !== null) yield { type: "password", username, password };
    else if (takes("keyboard-interactive")) yield questions(target, sources, progress, password);
    if (progress.partial && takes("keyboard-interactive"))
      yield questions(target, sources, progress, undefined);
  } else if (progress.left !== null && takes("keyboard-interactive")) {
    yield questions(target, sources, progress, undefined);
  }
}

async function* publicKeys(
  target: Target,
  sources: AuthSources,
  takes: (method: string) => boolean,
): AsyncGenerator<AnyAuthMethod, void, void> {
  const username = target.user;
  const { identities } = sources;
  const files: { readonly file: string; readonly identity: Identity }[] = [];
  for (const file of identityFilesOf(target)) {
    const identity = await identities.load(file);
    if (identity !== null) files.push({ file, identity });
    else if (target.identityFiles.length > 0) throw missingKey(target, file);
  }
  const socket = agentSocket(target);
  const inAgent = socket === undefined ? [] : await agentKeys(socket);
  const held = (identity: Identity): ParsedKey | undefined =>
    "blob" in identity ? inAgent.find((key) => identity.blob?.equals(key.getPublicSSH())) : undefined;
  const byAgent = (keys: readonly ParsedKey[]): AnyAuthMethod[] =>
    socket === undefined || keys.length === 0
      ? []
      : [{ type: "agent", username, agent: new ChosenKeys(socket, keys) }];
  const named = new Set<ParsedKey>();
  for (const { file, identity } of files) {
    if (!takes("publickey")) return;
    const key = held(identity);
    if (identity.kind === "private") yield { type: "publickey", username, key: identity.key };
    else if (key !== undefined) yield* byAgent([key]);
    else if (identity.kind === "encrypted") {
      const opened = await identities.open(file, identity.text, target.passphrase, sources.ask);
      yield { type: "publickey", username, key: opened };
    }
    if (key !== undefined) named.add(key);
  }
  if (!target.identitiesOnly && takes("publickey")) yield* byAgent(inAgent.filter((key) => !named.has(key)));
}

async function passwordOf(target: Target): Promise<string> {
  const { host, user, password } = target;
  if (password === undefined) return "";
  return readPassword(
    password,
    `the password of ${user}`,
    { host, at: "ssh.password" },
    "auth-password-missing",
  );
}

/**
 * Waits until this host may try its password.
 * @throws SurefootError `auth-failed` where others have refused it, so that no account gets locked.
 */
async function waitForTurn(
  target: Target,
  { trials = passwordTrials }: AuthSources,
  progress: AuthProgress,
  password: string,
): Promise<void> {
  const { host, user } = target;
  const turn = await trials.enter(`login ${user}`, password, host);
  if (!("refusedBy" in turn)) {
    progress.turn = turn;
    return;
  }
  throw new SurefootError({
    code: "auth-failed",
    message: `the password of ${user} was refused by ${turn.refusedBy.join(" and ")}, so it was not tried here`,
    place: { host, at: `ssh ${where(target)}` },
    hint: "Check the password. It is tried no further, since an account that all hosts share could be locked by it.",
  });
}

/** Tells the others how the password fared, where it was this host's turn. */
export function endTurn({ turn, partial }: AuthProgress, outcome: "in" | "refused" | "lost"): void {
  turn?.end(outcome === "in" || partial ? "taken" : outcome === "refused" ? "refused" : "unasked");
}

/** Whether a question asks for the password, as PAM asks for it in the languages that it speaks, rather than for a code. */
function asksPassword({ prompt, echo }: Prompt): boolean {
  return echo !== true && !/code|token|otp|pin\b|verification|one-time/i.test(prompt);
}

/** Answers a server's questions one by one: the password's by the configured one, the others' at the terminal. */
function questions(
  target: Target,
  { ask }: AuthSources,
  progress: AuthProgress,
  password: string | undefined,
): AnyAuthMethod {
  let unused = password;
  const answer = async (prompt: Prompt): Promise<string> => {
    if (unused !== undefined && asksPassword(prompt)) {
      const text = unused;
      unused = undefined;
      return text;
    }
    // A second question for the password means that the first answer was wrong; without a key before it, that a password would do.
    const askable = !asksPassword(prompt) || (progress.partial && password === undefined);
    if (!askable || ask === undefined) throw unanswered(target, prompt.prompt, password !== undefined);
    return ask(`${target.user}@${target.host}: ${prompt.prompt.trim()} `, prompt.echo === true);
  };
  return {
    type: "keyboard-interactive",
    username: target.user,
    prompt: (_name, _instructions, _language, prompts, finish) => {
      void (async () => {
        const answers: string[] = [];
        for (const prompt of prompts) answers.push(await answer(prompt));
        return answers;
      })().then(finish, (thrown: unknown) => progress.fail(thrown));
    },
  };
}

function unanswered(target: Target, prompt: string, tried: boolean): SurefootError {
  const place = { host: target.host, at: `ssh ${where(target)}` };
  if (tried) {
    return new SurefootError({
      code: "auth-failed",
      message: `the host refused the password of ${target.user}`,
      place,
      hint: "Check the password; Surefoot tried it once and will not try again by itself.",
      detail: prompt,
    });
  }
  return new SurefootError({
    code: "auth-prompt-unanswered",
    message: `the host asks "${prompt.trim()}" and there is no answer`,
    place,
    hint: "Give the password by -k or `ssh: { password: { env: NAME } }`; codes are asked for on a terminal.",
  });
}

function missingKey(target: Target, file: string): SurefootError {
  return new SurefootError({
    code: "auth-key-unreadable",
    message: `key file ${file} does not exist`,
    place: { host: target.host, at: `ssh ${where(target)}` },
    hint: "Correct `ssh: { identity_file }`, or make the key.",
  });
}
