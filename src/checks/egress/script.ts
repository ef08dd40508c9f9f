import type { Sh } from "../../model/sh.js";
import { joinSh, sh } from "../../model/sh.js";
import type { EgressParams } from "../egress.js";

/** Connections that one process of curl makes, one after the other: what it prints stays short enough to be written in one go. */
const BATCH = 25;

/**
 * Makes the connections by some workers at the same time. Prints `policy N`, then per connection the answer and a line `@ STATUS`: the HTTP
 * status (000: none). Each connection is closed after its answer, so that none is used twice. A proxy that the host's environment
 * names is not used, for then its address would be seen.
 */
export function egressScript({ url, connections, parallel, timeout }: EgressParams): Sh {
  const { protocol, hostname, port, pathname, search } = new URL(url);
  const host = hostname.replace(/^\[|\]$/g, "");
  const workers = Math.min(parallel, connections);
  const each = Array.from({ length: workers }, (_, i) => Math.floor((connections + i) / workers));
  const byNc =
    protocol === "http:"
      ? sh`elif command -v nc >/dev/null 2>&1; then
fetch() {
for u do
r=$(printf 'GET %s HTTP/1.0\\r\\nHost: %s\\r\\n\\r\\n' ${pathname + search} ${hostname} | nc -w ${timeout} ${host} ${port || "80"})
case $r in *"$cr$nl$cr$nl"*) printf '%s\\n@ 200\\n' "\${r#*"$cr$nl$cr$nl"}" ;; *) echo '@ 000' ;; esac
done
}`
      : sh``;
  return sh`nl='
'
cr=$(printf '\\r')
if command -v curl >/dev/null 2>&1; then
fetch() { curl -s --globoff --http1.1 -H 'Connection: close' --noproxy '*' --max-time ${timeout} -w '\\n@ %{http_code}\\n' "$@"; }
${byNc}
else
echo 'neither curl nor nc is on the host' >&2
exit 127
fi
printf 'policy '
cat /proc/sys/net/${host.includes(":") ? "ipv6" : "ipv4"}/fib_multipath_hash_policy 2>/dev/null || echo 0
work() {
n=$1
while [ $n -gt 0 ]; do
set --
while [ $n -gt 0 ] && [ $# -lt ${BATCH} ]; do
set -- "$@" ${url}
n=$((n-1))
done
r=$(fetch "$@")
printf '%s\\n' "$r"
done
}
${joinSh(each.map((n) => sh`work ${n} &`))}
wait`;
}
