/** Reads the fields of SSH's binary forms one after the other (RFC 4251, section 5). Beyond the end, fields are empty. */
export class WireReader {
  readonly #data: Buffer;
  #at = 0;

  constructor(data: Buffer) {
    this.#data = data;
  }

  /** A `string`. */
  bytes(): Buffer {
    const length = this.uint32();
    const value = this.#data.subarray(this.#at, this.#at + length);
    this.#at += length;
    return value;
  }

  /** A `string` of text. */
  text(): string {
    return this.bytes().toString("latin1");
  }

  uint32(): number {
    const value = this.#at + 4 <= this.#data.length ? this.#data.readUInt32BE(this.#at) : 0;
    this.#at += 4;
    return value;
  }

  uint64(): bigint {
    const value = this.#at + 8 <= this.#data.length ? this.#data.readBigUInt64BE(this.#at) : 0n;
    this.#at += 8;
    return value;
  }
}
