import type { Sh } from "../../model/sh.js";
import { sh } from "../../model/sh.js";

/**
 * Defines the shell function `connect HOST PORT SECONDS [LOCALPORT]`, which prints how it went: `open`, `refused`, `busy` (the local port was
 * taken), or `silent` (no answer in time, or no way there). It connects by nc where that can do so without sending anything, else by an
 * HTTP request of curl; without both it ends the script with status 127. An address of IPv6 stands in brackets.
 */
export const CONNECT: Sh = sh`if nc -h 2>&1 | grep -q -e -z; then
dial() { h=\${1#[}; nc -v -z -w "$3" \${4:+-p "$4"} "\${h%]}" "$2"; }
elif command -v curl >/dev/null 2>&1; then
dial() { curl -sv -o /dev/null --noproxy '*' --max-time "$3" \${4:+--local-port "$4"} "http://$1:$2/"; }
else
echo 'neither nc nor curl is on the host' >&2
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
