import type { Json } from "../model/json.js";
import type { FilePlace } from "../model/place.js";
import { MASK } from "../model/plan.js";
import type { SecretSource } from "../model/secret.js";
import { secrets } from "../model/secret.js";
import { describe, readSource } from "../secrets/source.js";

/** A value of an inventory that is shown nowhere; read from where it is kept only when something needs it, and once. */
export class Secret {
  /** Where it is kept; undefined for one from an encrypted file, which is known. */
  readonly source: SecretSource | undefined;
  readonly #what: string;
  readonly #place: FilePlace;
  #value: Json | undefined;

  private constructor(what: string, place: FilePlace, source?: SecretSource, value?: Json) {
    this.#what = what;
    this.#place = place;
    this.source = source;
    this.#value = value;
  }

  /**
   * One that is kept elsewhere.
   * @param what How messages name it.
   * @param place Where the inventory speaks of it.
   */
  static at(source: SecretSource, what: string, place: FilePlace): Secret {
    return new Secret(what, place, source);
  }

  /** One that was decrypted with the file that it stands in. */
  static known(value: string | number, what: string, place: FilePlace): Secret {
    secrets.add(String(value));
    return new Secret(what, place, undefined, value);
  }

  /** What stands for it when it is shown. */
  get shown(): string {
    return this.source === undefined ? MASK : `${MASK.slice(0, -1)}: ${describe(this.source)})`;
  }

  /** What it is compared by without being read. */
  get identity(): Json {
    return this.source === undefined ? (this.#value ?? null) : { ...this.source };
  }

  /** Its value, or where it is kept where it was not read yet. */
  get plain(): Json {
    return this.#value ?? this.identity;
  }

  /** Its value. It must have been read: nothing else may stand for it on a host. */
  get value(): Json {
    if (this.#value === undefined) throw new Error(`${this.#what} was not read before it was used`);
    return this.#value;
  }

  /** @throws SurefootError `secret-unavailable`, `secret-locked` or `secret-invalid`. */
  async read(): Promise<void> {
    if (this.source !== undefined) this.#value ??= await readSource(this.source, this.#what, this.#place);
  }
}
