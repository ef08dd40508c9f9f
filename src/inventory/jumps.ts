import { suggest } from "../model/did-you-mean.js";
import { parseJump } from "../model/jump.js";
import type { Complaints } from "./complaints.js";
import type { Host } from "./host.js";
import type { Located } from "./located.js";
import { isMap } from "./located.js";

/**
 * Checks how hosts are reached: jump hosts are hosts of the inventory or addresses, no host may be reached through itself, and
 * there is one way, not two.
 */
export function checkJumps(hosts: ReadonlyMap<string, Host>, complaints: Complaints): void {
  for (const host of hosts.values()) {
    const { jump, proxyCommand } = host.target;
    if (jump === undefined) continue;
    const place = sshValue(host, "jump")?.place ?? host.place;
    if (proxyCommand !== undefined) {
      const message = "ssh.jump and ssh.proxy_command are both given";
      const hint = "Keep one; `jump: null` or `proxy_command: null` takes back what a group says.";
      complaints.add("inventory-invalid", message, place, hint);
      continue;
    }
    const names = namesIn(jump);
    if (names === null) {
      const hint =
        "Write names of the inventory or user@address:port, the nearest first, separated by commas.";
      complaints.add("inventory-invalid", `ssh.jump: "${jump}" is no chain of jump hosts`, place, hint);
      continue;
    }
    const unknown = names.find((name) => !hosts.has(name));
    if (unknown !== undefined) {
      const hint = suggest(
        unknown,
        hosts.keys(),
        "Add the jump host to the inventory, with its `ssh` variables, or write it as user@address:port.",
      );
      complaints.add("host-unknown", `ssh.jump: there is no host ${unknown}`, place, hint);
      continue;
    }
    const way = circle(host, hosts);
    const hint = `Give ${names.at(-1)} \`ssh: { jump: null }\`, to reach it directly.`;
    if (way !== undefined)
      complaints.add("inventory-invalid", `ssh.jump leads in a circle: ${way.join(" -> ")}`, place, hint);
  }
}

function namesIn(jump: string): readonly string[] | null {
  return parseJump(jump)?.flatMap((hop) => ("name" in hop ? [hop.name] : [])) ?? null;
}

/** The hosts of the inventory that one goes through, the last first: a chain's own, then those that lead to its first. */
function* through(host: Host, hosts: ReadonlyMap<string, Host>): Generator<string> {
  for (let next: Host | undefined = host; next?.target.jump !== undefined; ) {
    const names: readonly string[] = namesIn(next.target.jump) ?? [];
    yield* [...names].reverse();
    next = hosts.get(names[0] ?? "");
  }
}

/** The way from a host back to itself, if its jumps lead there; a circle that it only leads into is others' error. */
function circle(host: Host, hosts: ReadonlyMap<string, Host>): readonly string[] | undefined {
  const way = [host.name];
  for (const next of through(host, hosts)) {
    if (next === host.name) return [...way, next];
    if (way.includes(next)) return undefined;
    way.push(next);
  }
  return undefined;
}

/** The value of a key of `ssh` that holds for a host. */
function sshValue(host: Host, key: string): Located | undefined {
  const ssh = host.vars.get("ssh")?.value;
  return ssh !== undefined && isMap(ssh) ? ssh.get(key) : undefined;
}
