/** One field as it stands on the wire: a number (varint, fixed) or bytes (string, bytes, nested message). */
export type ProtoField =
  | { readonly field: number; readonly wireType: 0 | 1 | 5; readonly number: bigint }
  | { readonly field: number; readonly wireType: 2; readonly bytes: Buffer };

/**
 * Reads the fields of one protobuf message, in wire order.
 *
 * @throws {RangeError} when the bytes end inside a field or a wire type is none that proto3 has.
 */
export function* readFields(bytes: Uint8Array): Generator<ProtoField, void, undefined> {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let offset = 0;

  const varint = (): bigint => {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = buffer[offset++];
      if (byte === undefined)
        throw new RangeError(`Cannot read a varint: the message ends at byte ${buffer.length}`);
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return BigInt.asUintN(64, value);
    }
    throw new RangeError(`Cannot read a varint: more than ten bytes before byte ${offset}`);
  };

  const take = (size: number): Buffer => {
    const end = offset + size;
    if (end > buffer.length)
      throw new RangeError(`Cannot read ${size} bytes at ${offset}: the message has ${buffer.length}`);
    const part = buffer.subarray(offset, end);
    offset = end;
    return part;
  };

  while (offset < buffer.length) {
    const tag = Number(varint());
    const field = Math.floor(tag / 8);
    const wireType = tag % 8;
    if (field === 0) throw new RangeError(`Cannot read a field: number 0 before byte ${offset}`);
    if (wireType === 0) yield { field, wireType, number: varint() };
    else if (wireType === 1) yield { field, wireType, number: take(8).readBigUInt64LE() };
    else if (wireType === 2) yield { field, wireType, bytes: take(Number(varint())) };
    else if (wireType === 5) yield { field, wireType, number: BigInt(take(4).readUInt32LE()) };
    else throw new RangeError(`Cannot read field ${field}: unknown wire type ${wireType}`);
  }
}
