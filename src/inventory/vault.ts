export type { Opened } from "../secrets/vault.js";
export { decryptVault, isVault } from "../secrets/vault.js";
