import { brotliCompressSync, deflateSync } from 'node:zlib';

export type Compression = 'none' | 'zlib' | 'brotli';

/** A packet: u32 length, u16 header length 16, u16 version, u32 operation, u32 sequence, all big-endian, and the body. */
export function packet(operation: number, version: number, body: Uint8Array | string): Buffer {
  const bytes = Buffer.from(body as Uint8Array);
  const head = Buffer.alloc(16);
  head.writeUInt32BE(16 + bytes.length, 0);
  head.writeUInt16BE(16, 4);
  head.writeUInt16BE(version, 6);
  head.writeUInt32BE(operation, 8);
  head.writeUInt32BE(0, 12);
  return Buffer.concat([head, bytes]);
}

/** Commands as the platform sends them: one uncompressed packet each, in a row, or all in one compressed one. */
export function commandPackets(commands: readonly object[], compression: Compression): Buffer {
  const plain = Buffer.concat(commands.map((command) => packet(5, 0, JSON.stringify(command))));
  switch (compression) {
    case 'none':
      return plain;
    case 'zlib':
      return packet(5, 2, deflateSync(plain));
    case 'brotli':
      return packet(5, 3, brotliCompressSync(plain));
  }
}

/** The answer to a heartbeat: the popularity, and behind it, not counted in the length, what the client had sent. */
export function heartbeatReply(popularity: number, echo: Uint8Array): Buffer {
  const body = Buffer.alloc(4);
  body.writeUInt32BE(popularity);
  return Buffer.concat([packet(3, 1, body), echo]);
}

/** The packets that a client sends. */
export function readClientPacket(bytes: Buffer): { operation: number; body: Buffer } {
  return {
    operation: bytes.readUInt32BE(8),
    body: bytes.subarray(bytes.readUInt16BE(4), bytes.readUInt32BE(0)),
  };
}
