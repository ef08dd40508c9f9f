import type { Sh } from "../../model/sh.js";
import { sh } from "../../model/sh.js";

/**
 * Defines the shell function `connect HOST PORT SECONDS [LOCALPORT]`, which sets `$result` to how it went: `open`, `refused`, `busy` (the
 * local port was taken), or `silent` (no answer in time, or no way there). It connects by nc where that can do so without sending anything,
 * else by an HTTP request of curl; without both it ends the shell with status 127. What nc can do is asked only where it says nothing of
 * use: where it connects, that is one process less. An address of IPv6 stands in brackets.
 */
export const CONNECT: Sh = sh`by_nc() { h=\${1#[}; exec nc -v -z -w "$3" \${4:+-p "$4"} "\${h%]}" "$2"; }
by_curl() { exec curl -sv -o /dev/null --noproxy '*' --max-time "$3" \${4:+--local-port "$4"} "http://$1:$2/"; }
told() {
case $1 in
*onnected\\ to*|*succeeded*|*\\ open*) result=open ;;
*efused*) result=refused ;;
*n\\ use*|*bind*) result=busy ;;
*) result=silent; return 1 ;;
esac
}
connect() {
if command -v nc >/dev/null 2>&1; then
told "$(by_nc "$@" 2>&1)" && return
case $(nc -h 2>&1) in *-z*) return ;; esac
fi
command -v curl >/dev/null 2>&1 || { echo 'neither nc nor curl is on the host' >&2; exit 127; }
told "$(by_curl "$@" 2>&1)" || :
}`;
