/** For whoever reads inventories; how it works, see there. */
export { decryptVault, isVault } from "../secrets/vault.js";
