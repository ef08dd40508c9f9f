import type { Target } from "../model/target.js";
import { hostNameOf } from "../transport/known-hosts.js";
import type { SshTransport } from "../transport/ssh.js";

/** One sshd whose keys are to be gathered. */
export interface Subject {
  readonly id: string;
  /** With what ssh_config says of it. */
  readonly target: Target;
  /** Names that stand for it. */
  readonly names: string[];
  /** Those of the jump hosts that lead there. */
  readonly behind: readonly string[];
}

/** The hosts and all the jump hosts on the ways to them, each once however many names it has. */
export async function gatherSubjects(
  transport: SshTransport,
  targets: readonly Target[],
): Promise<Map<string, Subject>> {
  const subjects = new Map<string, Subject>();
  const add = async (target: Target, before: readonly string[]): Promise<string> => {
    const configured = await transport.configure(target);
    const id = [hostNameOf(configured).name, configured.address, configured.port, wayOf(configured)].join(
      " ",
    );
    const known = subjects.get(id);
    if (known !== undefined) {
      if (!known.names.includes(target.host)) known.names.push(target.host);
      return id;
    }
    const behind = [...before];
    const hops = await transport.hopsOf(configured);
    for (const [i, hop] of hops.entries()) behind.push(await add(reachedAs(hop, i, configured), behind));
    subjects.set(id, { id, target: configured, names: [target.host], behind });
    return id;
  };
  for (const target of targets) await add(target, []);
  return subjects;
}

/** A later host of a chain as it is reached there: through those before it, whatever way it has of its own. */
function reachedAs(hop: Target, i: number, { jump }: Target): Target {
  if (i === 0 || jump === undefined) return hop;
  const { proxyCommand: _own, ...rest } = hop;
  return { ...rest, jump: jump.split(",").slice(0, i).join(","), given: [...(hop.given ?? []), "jump"] };
}

function wayOf({ jump, proxyCommand }: Target): string {
  return jump ?? proxyCommand ?? "";
}

/** Those that can be asked now: all jump hosts before them are known. */
export function nextSubjects(
  subjects: ReadonlyMap<string, Subject>,
  done: ReadonlySet<string>,
): readonly Subject[] {
  return [...subjects.values()].filter(({ behind }) => behind.every((id) => done.has(id)));
}
