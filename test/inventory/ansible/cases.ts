import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

/** An inventory as people have it. */
export interface InventoryCase {
  readonly name: string;
  /** What `-i` is given. */
  readonly source: string;
  readonly files: readonly { readonly path: string; readonly text: string; readonly executable: boolean }[];
}

const FOLDER = new URL("cases/", import.meta.url);

/**
 * The inventories of cases/*.txt: `== NAME | SOURCE` begins one, `-- PATH` a file of it, `-- PATH +x` one that may be executed. What
 * stands before the first is for readers. `\r` at the end of a line stands for that character.
 */
export function inventoryCases(): readonly InventoryCase[] {
  return readdirSync(FOLDER).flatMap((file) => {
    const [, ...blocks] = readFileSync(new URL(file, FOLDER), "utf8").split(/^== /m);
    return blocks.map(parse);
  });
}

function parse(block: string): InventoryCase {
  const [head = "", ...parts] = block.split(/^-- /m);
  const [name = "", source = ""] = head.trim().split(" | ");
  const files = parts.map((part) => {
    const [title = "", ...lines] = part.split("\n");
    const [path = "", flag] = title.split(" ");
    // The blank line before the next case is no part of a file.
    const text = lines.join("\n").replace(/\n+$/, "\n").replaceAll("\\r\n", "\r\n");
    return { path, text: text === "\n" ? "" : text, executable: flag === "+x" };
  });
  return { name, source, files };
}

/** Writes an inventory into a fresh folder and gives what `-i` is given. */
export function materialise({ source, files }: InventoryCase): string {
  const dir = mkdtempSync(join(tmpdir(), "surefoot-ansible-"));
  for (const { path, text, executable } of files) {
    mkdirSync(dirname(join(dir, path)), { recursive: true });
    writeFileSync(join(dir, path), text);
    if (executable) chmodSync(join(dir, path), 0o755);
  }
  return source.includes(",") ? source : join(dir, source);
}
