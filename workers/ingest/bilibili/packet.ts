import { brotliDecompressSync, inflateSync } from 'node:zlib';

const headerBytes = 16;
/** Of what one WebSocket message unpacks to, all levels together. */
const maxUnpackedBytes = 16 * 1024 * 1024;
/** A compressed packet holds packets; the platform nests one level. */
const maxDepth = 3;
const maxPackets = 10_000;

/** Kinds of packets. */
export const operations = { heartbeat: 2, heartbeatReply: 3, message: 5, auth: 7, authReply: 8 } as const;

export interface Packet {
  operation: number;
  body: Uint8Array;
}

/** What could be read of a message, and what was wrong with the rest. */
export interface Unpacked {
  packets: Packet[];
  problems: { code: 'damaged' | 'bomb'; text: string }[];
}

/** A packet that this side sends. Header, big-endian: u32 length, u16 header length, u16 version (1), u32 operation, u32 sequence (1). */
export function encodePacket(operation: number, body: string): Uint8Array {
  const bytes = Buffer.from(body, 'utf8');
  const packet = Buffer.alloc(headerBytes + bytes.byteLength);
  packet.writeUInt32BE(packet.byteLength, 0);
  packet.writeUInt16BE(headerBytes, 4);
  packet.writeUInt16BE(1, 6);
  packet.writeUInt32BE(operation, 8);
  packet.writeUInt32BE(1, 12);
  bytes.copy(packet, headerBytes);
  return packet;
}

/**
 * The packets in one WebSocket message: several in a row, or compressed ones (version 2 zlib, 3 brotli) that hold packets again. A damaged
 * packet costs itself, and, when its length is what is wrong, those behind it. Throws for nothing.
 */
export function unpack(bytes: Uint8Array): Unpacked {
  const result: Unpacked = { packets: [], problems: [] };
  const budget = { left: maxUnpackedBytes };
  unpackInto(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength), 0, budget, result);
  return result;
}

function unpackInto(bytes: Buffer, depth: number, budget: { left: number }, into: Unpacked): void {
  let offset = 0;
  while (offset < bytes.byteLength) {
    const rest = bytes.byteLength - offset;
    if (rest < headerBytes) return damaged(into, `${rest} bytes are no header`);
    const length = bytes.readUInt32BE(offset);
    const headerLength = bytes.readUInt16BE(offset + 4);
    const version = bytes.readUInt16BE(offset + 6);
    const operation = bytes.readUInt32BE(offset + 8);
    if (length < headerLength || headerLength < headerBytes) return damaged(into, `Length ${length}`);
    if (into.packets.length >= maxPackets)
      return bomb(into, `More than ${maxPackets} packets in one message`);
    if (operation === operations.heartbeatReply) {
      // Its length leaves out the body that it echoes, so that nothing can follow it.
      into.packets.push({ operation, body: bytes.subarray(offset + headerLength) });
      return;
    }
    if (length > rest) return damaged(into, `Packet of ${length} bytes ends after ${rest}`);
    const body = bytes.subarray(offset + headerLength, offset + length);
    offset += length;
    if (version !== 2 && version !== 3) {
      into.packets.push({ operation, body });
      continue;
    }
    if (depth + 1 >= maxDepth) {
      bomb(into, `Compressed ${maxDepth} times`);
      continue;
    }
    const plain = inflate(body, version, budget, into);
    if (plain) unpackInto(plain, depth + 1, budget, into);
  }
}

function inflate(
  body: Uint8Array,
  version: number,
  budget: { left: number },
  into: Unpacked,
): Buffer | undefined {
  try {
    const options = { maxOutputLength: Math.max(1, budget.left) };
    const plain = version === 2 ? inflateSync(body, options) : brotliDecompressSync(body, options);
    budget.left -= plain.byteLength;
    return plain;
  } catch (error) {
    if (error instanceof RangeError) bomb(into, `${body.byteLength} bytes unpack to too much`);
    else damaged(into, `Packet of version ${version} cannot be unpacked`);
    return undefined;
  }
}

function damaged(into: Unpacked, text: string): void {
  into.problems.push({ code: 'damaged', text });
}

function bomb(into: Unpacked, text: string): void {
  into.problems.push({ code: 'bomb', text });
}
