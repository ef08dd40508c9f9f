import type { Complaints } from "../complaints.js";

/** Begins every text of ansible-vault (docs.ansible.com: Ansible Vault, format of files encrypted with Ansible Vault). */
const HEADER = "$ANSIBLE_VAULT;";

/** Whether a whole file is encrypted by ansible-vault. */
export function isVaultFile(text: string): boolean {
  return text.startsWith(HEADER);
}

/**
 * The text of a file that is encrypted as a whole: the one place where it would be decrypted. Values within a file, `!vault`, are
 * kept as they are (`opaque: "vault"`) and are an error only where they are needed.
 * @returns undefined where it can't be decrypted, which is complained of.
 */
export function decryptFile(_text: string, file: string, complaints: Complaints): string | undefined {
  complaints.add(
    "variable-unreadable",
    `${file} is encrypted by ansible-vault, which is not read yet`,
    { file, line: 1, col: 1 },
    "Decrypt it by ansible-vault, or move it away and give its variables by `-e @FILE`.",
  );
  return undefined;
}
