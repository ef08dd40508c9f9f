import type { ParsedKey, SignCallback, SigningRequestOptions } from "ssh2";
import ssh2 from "ssh2";

/** Longest wait for an agent to list its keys; it may be a socket that nobody serves any more. */
const LIST_TIMEOUT_MS = 10_000;

/** The keys of an agent; none where it can't be reached or does not answer. */
export function agentKeys(socket: string): Promise<readonly ParsedKey[]> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve([]), LIST_TIMEOUT_MS);
    ssh2.createAgent(socket).getIdentities((error, keys) => {
      clearTimeout(timer);
      resolve(error ? [] : (keys ?? []).filter(isParsedKey));
    });
  });
}

function isParsedKey(key: unknown): key is ParsedKey {
  return typeof key === "object" && key !== null && "getPublicSSH" in key;
}

/** An agent that offers only some of its keys, in an order of ours: sshd counts every key that is offered (MaxAuthTries). */
export class ChosenKeys extends ssh2.BaseAgent<ParsedKey> {
  readonly #agent: InstanceType<typeof ssh2.BaseAgent>;
  readonly #keys: readonly ParsedKey[];

  constructor(socket: string, keys: readonly ParsedKey[]) {
    super();
    this.#agent = ssh2.createAgent(socket);
    this.#keys = keys;
  }

  override getIdentities(done: (error?: Error | null, keys?: ParsedKey[]) => void): void {
    done(null, [...this.#keys]);
  }

  override sign(
    key: ParsedKey,
    data: Buffer,
    options: SigningRequestOptions | SignCallback,
    done?: SignCallback,
  ): void {
    if (typeof options === "function") this.#agent.sign(key, data, options);
    else this.#agent.sign(key, data, options, done);
  }
}
