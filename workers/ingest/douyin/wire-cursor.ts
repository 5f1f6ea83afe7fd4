const maxDepth = 100;
/** As long as a varint can be. */
const maxVarintBytes = 10;
const longestCommon = 48;
/** The last of each slot. */
const commonTexts: ({ bytes: Buffer; text: string } | undefined)[] = Array.from({ length: 256 });

/** What Node's buffers have and its types do not tell: the same as `toString`, without the search for the encoding. */
interface TextBuffer extends Buffer {
  utf8Slice(start: number, end: number): string;
}

/** A 64-bit integer: signed halves of 32 bits. */
export class Wide {
  readonly high: number;
  readonly low: number;
  /** Whether the high half carries a sign. */
  readonly #signed: boolean;

  constructor(low: number, high: number, signed: boolean) {
    this.low = low;
    this.high = high;
    this.#signed = signed;
  }

  toNumber(): number {
    return (this.#signed ? this.high : this.high >>> 0) * 4_294_967_296 + (this.low >>> 0);
  }

  isZero(): boolean {
    return this.low === 0 && this.high === 0;
  }
}

/** A place in bytes of protobuf. What reaches beyond `end`, or is malformed, throws an Error. */
export class Cursor {
  at = 0;
  readonly #bytes: TextBuffer;

  constructor(bytes: Uint8Array) {
    const { buffer, byteOffset, byteLength } = bytes;
    const whole = Buffer.isBuffer(bytes) ? bytes : Buffer.from(buffer, byteOffset, byteLength);
    this.#bytes = whole as TextBuffer;
  }

  /** The number of the next field and its wire type, `number * 8 + type`. */
  tag(end: number): number {
    const first = this.#bytes[this.at] ?? 0;
    if (first < 128 && first > 7) {
      this.at += 1;
      return first;
    }
    const tag = this.#short(end, 15);
    if (tag < 8) throw new Error(`Tag ${tag} at ${this.at} is none`);
    return tag;
  }

  /** The low 32 bits of a number, unsigned. */
  varint(end: number): number {
    const bytes = this.#bytes;
    let value = 0;
    for (let shift = 0, left = maxVarintBytes; left > 0; left--, shift += 7) {
      if (this.at >= end) throw overrun(this.at);
      const byte = bytes[this.at++] as number;
      if (shift < 32) value |= (byte & 127) << shift;
      if (byte < 128) return value >>> 0;
    }
    throw new Error(`The number before ${this.at} has no end`);
  }

  bool(end: number): boolean {
    let isSet = false;
    for (let left = maxVarintBytes; left > 0; left--) {
      if (this.at >= end) throw overrun(this.at);
      const byte = this.#bytes[this.at++] as number;
      isSet ||= (byte & 127) !== 0;
      if (byte < 128) return isSet;
    }
    throw new Error(`The number before ${this.at} has no end`);
  }

  /** All 64 bits of a number. */
  wide(end: number, signed: boolean): Wide {
    const bytes = this.#bytes;
    let low = 0;
    let high = 0;
    for (let shift = 0, left = maxVarintBytes; left > 0; left--, shift += 7) {
      if (this.at >= end) throw overrun(this.at);
      const byte = bytes[this.at++] as number;
      const bits = byte & 127;
      if (shift < 28) low |= bits << shift;
      else if (shift === 28) {
        low |= bits << 28;
        high = bits >>> 4;
      } else if (shift < 63) high |= bits << (shift - 32);
      else high |= (bits & 1) << 31;
      if (byte < 128) return new Wide(low | 0, high | 0, signed);
    }
    throw new Error(`The number before ${this.at} has no end`);
  }

  /** How many bytes follow that belong to the field; all of them are before `end`. */
  length(end: number): number {
    const length = this.#short(end, 7);
    if (length > end - this.at) throw overrun(this.at + length);
    return length;
  }

  text(length: number): string {
    const start = this.at;
    this.at += length;
    return length === 0 ? '' : this.#bytes.utf8Slice(start, this.at);
  }

  /** The same, for a text that is one of few: it is made once. */
  commonText(length: number): string {
    const start = this.at;
    if (length === 0 || length > longestCommon) return this.text(length);
    const slot =
      (length * 31 + (this.#bytes[start + 7] ?? 0) * 7 + (this.#bytes[start + length - 8] ?? 0)) & 255;
    const known = commonTexts[slot];
    this.at += length;
    if (known !== undefined && this.#isAt(known.bytes, start)) return known.text;
    const text = this.#bytes.utf8Slice(start, this.at);
    commonTexts[slot] = { bytes: Buffer.from(this.#bytes.subarray(start, this.at)), text };
    return text;
  }

  /** A view: the bytes are those of the input. */
  view(length: number): Buffer {
    const start = this.at;
    this.at += length;
    return this.#bytes.subarray(start, this.at);
  }

  /** Passes over the value of a field. */
  skip(tag: number, end: number, depth = 0): void {
    switch (tag & 7) {
      case 0:
        this.#skipVarint(end);
        return;
      case 1:
        return this.#advance(8, end);
      case 2:
        return this.#advance(this.length(end), end);
      case 3:
        return this.#skipGroup(tag, end, depth + 1);
      case 5:
        return this.#advance(4, end);
      default:
        throw new Error(`Wire type ${tag & 7} at ${this.at} is none`);
    }
  }

  /** Which no sender of today writes. */
  #skipGroup(tag: number, end: number, depth: number): void {
    if (depth > maxDepth) throw new Error(`Groups at ${this.at} are too deep`);
    for (;;) {
      const inner = this.tag(end);
      if ((inner & 7) !== 4) this.skip(inner, end, depth);
      else if (inner === tag + 1) return;
      else throw new Error(`The end of a group at ${this.at} is of another one`);
    }
  }

  #skipVarint(end: number): void {
    do if (this.at >= end) throw overrun(this.at);
    while ((this.#bytes[this.at++] as number) > 127);
  }

  /** A tag or a length: five bytes at most, the last of them no more than `most`. */
  #short(end: number, most: number): number {
    let value = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      if (this.at >= end) throw overrun(this.at);
      const byte = this.#bytes[this.at++] as number;
      if (shift === 28 && byte > most) break;
      value |= (byte & 127) << shift;
      if (byte < 128) return value >>> 0;
    }
    throw new Error(`The tag or length before ${this.at} is too large`);
  }

  #advance(length: number, end: number): void {
    if (length > end - this.at) throw overrun(this.at + length);
    this.at += length;
  }

  #isAt(wanted: Buffer, start: number): boolean {
    if (wanted.byteLength !== this.at - start) return false;
    for (let index = 0; index < wanted.byteLength; index++)
      if (wanted[index] !== this.#bytes[start + index]) return false;
    return true;
  }
}

function overrun(at: number): Error {
  return new Error(`The bytes end before ${at}`);
}
