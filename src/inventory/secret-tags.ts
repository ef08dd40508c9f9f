import type { CollectionTag, Node, ScalarTag } from "yaml";
import { isMap, isScalar } from "yaml";
import type { SecretSource } from "../model/secret.js";

const SECRET = "!secret";
const VAULT = "!vault";

/** The tags for secrets: `!secret { env: NAME }` and so on, and `!vault |` as Ansible writes it. */
export const SECRET_TAGS: (CollectionTag | ScalarTag)[] = [
  { tag: SECRET, collection: "map" },
  // So that `!secret NAME` is told what it lacks, not that the tag is unknown.
  { tag: SECRET, resolve: (text) => text },
  { tag: VAULT, resolve: (text) => text },
];

/** Whether a value bears one of the tags. */
export function isSecretNode(node: Node): boolean {
  return "tag" in node && (node.tag === SECRET || node.tag === VAULT);
}

/** Where a tagged value says that the secret is; undefined where it says it in no known form. */
export function secretSource(node: Node): SecretSource | undefined {
  if (isScalar(node)) {
    const { tag, value } = node;
    return tag === VAULT && typeof value === "string" ? { vault: value } : undefined;
  }
  if (!isMap(node) || node.items.length !== 1) return undefined;
  const [pair] = node.items;
  const name = isScalar(pair?.key) ? pair.key.value : undefined;
  const value = isScalar(pair?.value) ? pair.value.value : undefined;
  if (typeof value !== "string" || value.trim() === "") return undefined;
  if (name === "env") return { env: value };
  if (name === "file") return { file: value };
  return name === "command" ? { command: value } : undefined;
}
