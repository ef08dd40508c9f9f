import type { Sh } from "../../model/sh.js";
import { sh } from "../../model/sh.js";
import type { EgressParams } from "../egress.js";

/** Most characters of an answer that are taken: an address has 45 at most. */
const ANSWER = 60;

/**
 * Makes the connections by some workers at the same time, each connection by a process of its own, so that none is used twice. Prints
 * `policy N`, then a line per connection: the exit status and the first line of the answer. A proxy that the host's environment names is not
 * used, for then its address would be seen.
 */
export function egressScript({ url, connections, parallel, timeout }: EgressParams): Sh {
  const { protocol, hostname, port, pathname, search } = new URL(url);
  const host = hostname.replace(/^\[|\]$/g, "");
  const byNc =
    protocol === "http:"
      ? sh`elif command -v nc >/dev/null 2>&1; then
fetch() { r=$(printf 'GET %s HTTP/1.0\\r\\nHost: %s\\r\\n\\r\\n' ${pathname + search} ${hostname} | nc -w ${timeout} ${host} ${port || "80"}) && r=\${r#*"$cr$nl$cr$nl"}; }`
      : sh``;
  return sh`nl='
'
cr=$(printf '\\r')
if command -v curl >/dev/null 2>&1; then
fetch() { r=$(curl -s --noproxy '*' --max-time ${timeout} ${url}); }
${byNc}
else
echo 'neither curl nor nc is on the host' >&2
exit 127
fi
printf 'policy '
cat /proc/sys/net/${host.includes(":") ? "ipv6" : "ipv4"}/fib_multipath_hash_policy 2>/dev/null || echo 0
work() {
while [ $i -lt ${connections} ]; do
fetch
printf '%s %.${ANSWER}s\\n' $? "\${r%%"$nl"*}"
i=$((i+${parallel}))
done
}
i=0
while [ $i -lt ${Math.min(parallel, connections)} ]; do
work &
i=$((i+1))
done
wait`;
}
