import { suggest } from "../model/did-you-mean.js";
import type { Complaints } from "./complaints.js";
import type { Host } from "./host.js";
import type { Located } from "./located.js";
import { isMap } from "./located.js";

/**
 * Checks how hosts are reached: a jump host must be a host of the inventory, no host may be reached through itself, and
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
    } else if (!hosts.has(jump)) {
      const hint = suggest(
        jump,
        hosts.keys(),
        "Add the jump host to the inventory, with its `ssh` variables.",
      );
      complaints.add("host-unknown", `ssh.jump: there is no host ${jump}`, place, hint);
    } else {
      const way = circle(host, hosts);
      const hint = `Give ${jump} \`ssh: { jump: null }\`, to reach it directly.`;
      if (way !== undefined)
        complaints.add("inventory-invalid", `ssh.jump leads in a circle: ${way.join(" -> ")}`, place, hint);
    }
  }
}

/** The way from a host back to itself, if its jumps lead there; a circle that it only leads into is others' error. */
function circle(host: Host, hosts: ReadonlyMap<string, Host>): readonly string[] | undefined {
  const way = [host.name];
  for (let next = host.target.jump; next !== undefined; next = hosts.get(next)?.target.jump) {
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
