import { extname, join } from "node:path";
import type { VariableSource } from "../tree.js";
import type { Files } from "./files.js";
import { isFolder, namesIn } from "./files.js";

/** Endings that files of variables may have, in the order in which they are looked for; the first that is there is read. */
const ENDINGS = ["", ".yml", ".yaml", ".json"];

/** The files of `group_vars` or `host_vars` beside an inventory, found by the group's or host's name. */
export class VariableFolder {
  readonly #path: string;
  readonly #level: "group" | "host";
  readonly #files: Files;
  readonly #names: ReadonlySet<string>;

  /** @param dir The folder of the inventory, absolute. */
  constructor(dir: string, level: "group" | "host", files: Files) {
    this.#path = join(dir, `${level}_vars`);
    this.#level = level;
    this.#files = files;
    this.#names = new Set(isFolder(this.#path) ? namesIn(this.#path, files.complaints) : []);
  }

  /** What the files for a group or host say, in the order in which they are read. */
  of(owner: string): readonly VariableSource[] {
    if (this.#names.size === 0) return [];
    const found = ENDINGS.map((ending) => owner + ending).filter((name) => this.#names.has(name));
    const [first, ...shadowed] = found;
    if (first === undefined) return [];
    const path = join(this.#path, first);
    const { complaints } = this.#files;
    for (const name of shadowed) {
      const place = { file: complaints.shown(join(this.#path, name)), line: 1, col: 1 };
      const hint = `Ansible reads only the first of ${found.join(", ")}; put them together.`;
      complaints.warn("inventory-invalid", `${name} is not read, because ${first} is there`, place, hint);
    }
    const group = this.#level === "group" ? { group: owner } : {};
    const from = `${this.#level} ${owner}`;
    return (isFolder(path) ? this.#within(path) : [path]).map((file) => ({
      from,
      level: this.#level,
      inline: false,
      vars: this.#files.variables(file),
      ...group,
    }));
  }

  /** Files by name, those of folders within at the folder's place. */
  #within(path: string): readonly string[] {
    return namesIn(path, this.#files.complaints)
      .filter((name) => !name.startsWith(".") && !name.endsWith("~"))
      .flatMap((name) => {
        const inner = join(path, name);
        const ending = extname(name);
        if (isFolder(inner)) return ending === "" ? this.#within(inner) : [];
        return ENDINGS.includes(ending) ? [inner] : [];
      });
  }
}
