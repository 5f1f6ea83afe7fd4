const MIN_I64 = -(2n ** 63n);
const MAX_U64 = 2n ** 64n - 1n;

/**
 * Writes protobuf fields one after the other into a growing buffer.
 *
 * Written by hand, and not with the library the product decodes with, so that a mistake in one shows in the other.
 * As in proto3, a field that holds its default (0, false, empty) is left out.
 */
export class ProtoWriter {
  #bytes = Buffer.allocUnsafe(256);
  #length = 0;

  /** An int32, int64, uint64, bool or enum field. A negative number takes ten bytes, as protobuf wants it. */
  varint(field: number, value: number | bigint): this {
    const whole = BigInt(value);
    if (whole < MIN_I64 || whole > MAX_U64)
      throw new RangeError(`Field ${field}: ${whole} needs more than 64 bits`);
    if (whole === 0n) return this;
    this.#tag(field, 0);
    this.#raw(BigInt.asUintN(64, whole));
    return this;
  }

  bool(field: number, value: boolean): this {
    return this.varint(field, value ? 1 : 0);
  }

  string(field: number, value: string): this {
    if (value === '') return this;
    const size = Buffer.byteLength(value);
    this.#tag(field, 2);
    this.#raw(size);
    this.#reserve(size);
    this.#length += this.#bytes.write(value, this.#length, 'utf8');
    return this;
  }

  bytes(field: number, value: Uint8Array): this {
    return value.length === 0 ? this : this.#delimited(field, value);
  }

  /** A nested message; unlike a scalar it is written even when empty, because its presence says something. */
  message(field: number, value: ProtoWriter): this {
    return this.#delimited(field, value.#view());
  }

  /** A packed repeated integer field. */
  packed(field: number, values: readonly (number | bigint)[]): this {
    if (values.length === 0) return this;
    const inner = new ProtoWriter();
    for (const value of values) inner.#raw(BigInt.asUintN(64, BigInt(value)));
    return this.#delimited(field, inner.#view());
  }

  /** A map<string, string> field, which on the wire is a repeated {1 key, 2 value}. */
  map(field: number, entries: Readonly<Record<string, string>>): this {
    for (const [key, value] of Object.entries(entries)) {
      this.message(field, new ProtoWriter().string(1, key).string(2, value));
    }
    return this;
  }

  /** What was written so far, as bytes of its own. */
  finish(): Buffer {
    return Buffer.from(this.#view());
  }

  #view(): Buffer {
    return this.#bytes.subarray(0, this.#length);
  }

  #delimited(field: number, value: Uint8Array): this {
    this.#tag(field, 2);
    this.#raw(value.length);
    this.#reserve(value.length);
    this.#bytes.set(value, this.#length);
    this.#length += value.length;
    return this;
  }

  #tag(field: number, wireType: 0 | 2): void {
    this.#raw(field * 8 + wireType);
  }

  #raw(value: number | bigint): void {
    this.#reserve(10);
    let rest = value;
    // BigInt is slow and most numbers are small: only the high part of a large one is taken apart as BigInt.
    while (typeof rest === 'bigint') {
      if (rest <= 0x7fffffffn) {
        rest = Number(rest);
      } else {
        this.#bytes[this.#length++] = Number(rest & 0x7fn) | 0x80;
        rest >>= 7n;
      }
    }
    while (rest > 0x7f) {
      this.#bytes[this.#length++] = (rest & 0x7f) | 0x80;
      rest >>>= 7;
    }
    this.#bytes[this.#length++] = rest;
  }

  #reserve(size: number): void {
    if (this.#length + size <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafe(Math.max(this.#bytes.length * 2, this.#length + size));
    larger.set(this.#view());
    this.#bytes = larger;
  }
}
