import type { Sh } from "../../model/sh.js";
import { sh } from "../../model/sh.js";

/** How a TCP connection went. `busy`: the local port was taken; `silent`: no answer in time, or no way there. */
export type Connected = "open" | "refused" | "busy" | "silent";

/**
 * Defines the shell function `connect HOST PORT SECONDS [LOCALPORT]`, which prints a {@link Connected}: by curl, else by nc, else it ends the
 * script with status 127. An address in brackets is taken by curl only, so nc gets it without.
 */
export const CONNECT: Sh = sh`if command -v curl >/dev/null 2>&1; then
dial() { curl -sv --connect-timeout "$3" --max-time "$3" \${4:+--local-port "$4"} "telnet://$1:$2" </dev/null; }
elif command -v nc >/dev/null 2>&1; then
dial() { h=\${1#[}; nc -v -n -z -w "$3" \${4:+-p "$4"} "\${h%]}" "$2"; }
else
echo 'neither curl nor nc is on the host' >&2
exit 127
fi
connect() {
case $(dial "$@" 2>&1) in
*onnected\\ to*|*succeeded*|*\\ open*) echo open ;;
*efused*) echo refused ;;
*n\\ use*|*bind*) echo busy ;;
*) echo silent ;;
esac
}`;
