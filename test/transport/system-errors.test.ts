import { expect, it } from "vitest";
import { systemArgs } from "../../src/transport/system-args.js";
import { systemError } from "../../src/transport/system-errors.js";
import { localTarget } from "../support/target.js";

/** What OpenSSH 9.2's client prints. */
it.each([
  ["ssh: connect to host 10.0.0.1 port 22: Connection refused", "connect-refused"],
  ["ssh: connect to host 10.0.0.1 port 22: Connection timed out", "connect-timeout"],
  [
    "Connection timed out during banner exchange\nConnection to 10.0.0.1 port 22 timed out",
    "connect-timeout",
  ],
  ["ssh: connect to host 10.0.0.1 port 22: No route to host", "connect-failed"],
  ["ssh: Could not resolve hostname nowhere.invalid: Name or service not known", "dns-failed"],
  [
    "No ED25519 host key is known for a and you have requested strict checking.\nHost key verification failed.",
    "host-key-unknown",
  ],
  [
    "@    WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED!     @\nHost key verification failed.",
    "host-key-changed",
  ],
  [
    "@       WARNING: REVOKED HOST KEY DETECTED!               @\nHost key verification failed.",
    "host-key-revoked",
  ],
  ["Certificate invalid: expired\nHost key verification failed.", "host-certificate-invalid"],
  ["ops@10.0.0.1: Permission denied (publickey).", "auth-failed"],
  ["Received disconnect from 10.0.0.1 port 22:2: Too many authentication failures", "auth-failed"],
  [
    "kex_exchange_identification: read: Connection reset by peer\nConnection reset by 10.0.0.1 port 22",
    "connect-dropped",
  ],
  ["Exceeded MaxStartups\nConnection closed by 10.0.0.1 port 22", "connect-dropped"],
  [
    "channel 0: open failed: connect failed: Connection refused\nstdio forwarding failed\nkex_exchange_identification: Connection closed by remote host",
    "connect-refused",
  ],
  ["stdio forwarding failed\nConnection closed by UNKNOWN port 65535", "proxy-failed"],
  ["nc: proxy says no\nkex_exchange_identification: Connection closed by remote host", "proxy-failed"],
  ["Bad configuration option: what", "system-ssh-failed"],
])("reads %s", (said, code) => {
  const error = systemError(localTarget(), said, 255);
  expect(error.code).toBe(code);
  expect(error.hint).toMatch(/\w/);
});

it("never lets ssh accept a key, ask, or follow another way than the target's", () => {
  const args = systemArgs(localTarget("a", { proxyCommand: "nc %h 100%%" }), "/tmp/a b/1", undefined);
  const options = args.filter((arg) => arg.includes(" "));
  expect(options).toContain("BatchMode yes");
  expect(options).toContain("StrictHostKeyChecking yes");
  expect(options).toContain('ControlPath "/tmp/a b/1"');
  expect(options).toContain("ProxyCommand nc localhost 100%%");
  expect(systemArgs(localTarget(), "/s", undefined)).toContain("ProxyCommand none");
  expect(systemArgs(localTarget(), "/s", undefined)).toContain("UserKnownHostsFile /dev/null");
});
