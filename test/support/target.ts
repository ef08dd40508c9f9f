import type { Target } from "../../src/model/target.js";

/** A target for the local transport, or for errors before any host is reached. */
export function localTarget(host = "here", more: Partial<Target> = {}): Target {
  return {
    host,
    address: "localhost",
    port: 22,
    user: "me",
    identityFiles: [],
    identitiesOnly: true,
    knownHostsFiles: [],
    connectTimeout: 5,
    become: null,
    ...more,
  };
}
