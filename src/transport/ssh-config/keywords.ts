import type { TargetField } from "../../model/target.js";

/**
 * Keywords of ssh_config(5) that are followed, as `ssh -G` prints them, and the field that each fills in. Those without a field decide
 * something else: see merge.ts.
 */
export const FOLLOWED: Readonly<Record<string, TargetField | null>> = {
  host: null,
  hostname: "address",
  user: "user",
  port: "port",
  identityfile: "identityFiles",
  identitiesonly: "identitiesOnly",
  identityagent: "identityAgent",
  certificatefile: "certificateFiles",
  proxyjump: "jump",
  proxycommand: "proxyCommand",
  userknownhostsfile: "knownHostsFiles",
  globalknownhostsfile: "knownHostsFiles",
  hostkeyalias: "hostKeyAlias",
  stricthostkeychecking: null,
  connecttimeout: "connectTimeout",
  serveraliveinterval: "keepalive",
  serveralivecountmax: "keepalive",
  setenv: "env",
  canonicalizehostname: null,
  canonicaldomains: null,
  canonicalizemaxdots: null,
  canonicalizefallbacklocal: null,
  canonicalizepermittedcnames: null,
};

/**
 * Keywords that mean nothing to commands without a terminal and without forwardings, or that only concern how the system's ssh works on
 * this machine.
 */
export const HARMLESS: ReadonlySet<string> = new Set(
  `addkeystoagent batchmode checkhostip clearallforwardings compression controlmaster controlpath controlpersist dynamicforward
  enableescapecommandline escapechar exitonforwardfailure fingerprinthash forkafterauthentication forwardx11 forwardx11timeout
  forwardx11trusted gatewayports gssapidelegatecredentials gssapikeyexchange gssapikexalgorithms gssapirenewalforcesrekey
  gssapitrustdns hashknownhosts ignoreunknown ipqos localcommand localforward loglevel logverbose
  nohostauthenticationforlocalhost numberofpasswordprompts obscurekeystroketiming permitlocalcommand permitremoteopen rekeylimit
  remotecommand remoteforward requesttty sendenv sessiontype stdinnull streamlocalbindmask streamlocalbindunlink syslogfacility tag
  tcpkeepalive tunnel tunneldevice updatehostkeys usekeychain visualhostkey xauthlocation`.split(/\s+/),
);

/** Keywords whose effect only the system's ssh has: a host for which one is set is reached by it. */
export const SYSTEM_ONLY: ReadonlySet<string> = new Set([
  "hostbasedauthentication",
  "knownhostscommand",
  "pkcs11provider",
  "proxyusefdpass",
]);
