import { readFile } from "node:fs/promises";
import type { KnownHost } from "./known-hosts.js";
import { parseKnownHosts } from "./known-hosts.js";

/** known_hosts files, each read once for all the hosts that name it. */
export class KnownHostsFiles {
  readonly #files = new Map<string, Promise<readonly KnownHost[]>>();

  /** All entries of the files; one that does not exist has none. */
  async read(files: readonly string[]): Promise<readonly KnownHost[]> {
    const lists = files.map((file) => {
      const known = this.#files.get(file) ?? readFile(file, "utf8").then(parseKnownHosts, () => []);
      this.#files.set(file, known);
      return known;
    });
    return (await Promise.all(lists)).flat();
  }

  /** Forgets what the files held, as one was written. */
  forget(): void {
    this.#files.clear();
  }
}
