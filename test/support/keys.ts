import ssh2 from "ssh2";

/** A new Ed25519 key. One in some two hundred that ssh2 1.17 makes it can't read itself: another is made then. */
export function newKey(): ReturnType<typeof ssh2.utils.generateKeyPairSync> {
  const pair = ssh2.utils.generateKeyPairSync("ed25519");
  return ssh2.utils.parseKey(pair.private) instanceof Error ? newKey() : pair;
}
