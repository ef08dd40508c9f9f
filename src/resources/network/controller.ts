import { sh } from "../../model/sh.js";

/**
 * Prints SSH_CONNECTION (ssh(1)): the address from which the host sees who has logged in, which a jump host changes; nothing where the
 * login was not by ssh. sudo drops it, so processes further up are asked as well. Below it, the route that leads back there.
 */
export const CONTROLLER = sh`c=$SSH_CONNECTION p=$$ i=0
while [ -z "$c" ] && [ "$p" -gt 1 ] && [ $i -lt 8 ]; do
i=$((i+1))
p=$(sed -n 's/^PPid:[^0-9]*//p' "/proc/$p/status" 2>/dev/null) || break
[ -n "$p" ] || break
c=$(tr '\\0' '\\n' 2>/dev/null < "/proc/$p/environ" | sed -n 's/^SSH_CONNECTION=//p')
done
printf '%s\\n' "$c"
[ -z "$c" ] || ip route get fibmatch "\${c%% *}" 2>/dev/null
:`;

/** How a host is reached by who has logged in. */
export interface Controller {
  /** The address that the host sees. */
  readonly address: string;
  /** The host's own address and port. */
  readonly via: string;
  /** The route by which the host answers, as `ip` prints it, on one line; empty where that is not known. */
  readonly route: string;
}

/** Reads the output of {@link CONTROLLER}; null where the login was not by ssh. */
export function readController(output: string): Controller | null {
  const [line = "", ...route] = output.trimEnd().split("\n");
  const [address = "", , own = "", port = ""] = line.trim().split(" ");
  if (address === "") return null;
  return { address, via: `${own}:${port}`, route: route.join(" ").replace(/\s+/g, " ").trim() };
}
