import { connect, type Socket } from 'node:net';
import { once } from 'node:events';

export interface Ask {
  method?: string;
  path: string;
  headers?: Record<string, string>;
  body?: string | Buffer;
  /** Goes away after so many bytes. */
  leaveAfter?: number;
  /** Each piece as it comes. */
  onBytes?: (total: number) => void;
}

/** What came over the socket, read by hand. */
export interface Heard {
  /** 0: no status line came. */
  status: number;
  headers: Record<string, string>;
  /** Without its chunks' sizes. */
  body: Buffer;
  /** The body came to its end, by its length or its last chunk. */
  isComplete: boolean;
  /** How the connection ended: in order, or with a system's error. */
  ending: string;
  /** Everything, as it came. */
  bytes: Buffer;
}

/** Asks over a connection of its own and reads until that ends. */
export async function ask(port: number, options: Ask): Promise<Heard> {
  const socket = connect(port, '127.0.0.1');
  socket.write(requestOf(options, 'close'));
  return await hear(socket, options);
}

/** The bytes of a request. */
export function requestOf({ method, path, headers = {}, body = '' }: Ask, connection: string): Buffer {
  const lines = [
    `${method ?? (body.length > 0 ? 'POST' : 'GET')} ${path} HTTP/1.1`,
    'host: localhost',
    `connection: ${connection}`,
    `content-length: ${Buffer.byteLength(body)}`,
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
  ];
  return Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`), Buffer.from(body)]);
}

/** Everything until the connection ends. */
export async function hear(
  socket: Socket,
  { leaveAfter = Infinity, onBytes }: Partial<Ask> = {},
): Promise<Heard> {
  const parts: Buffer[] = [];
  let total = 0;
  let ending = 'in order';
  socket.on('data', (part: Buffer) => {
    total += part.length;
    if (leaveAfter === Infinity || total < 100_000) parts.push(part);
    onBytes?.(total);
    if (total >= leaveAfter) socket.destroy();
  });
  socket.on('error', (error: NodeJS.ErrnoException) => (ending = error.code ?? error.message));
  await once(socket, 'close').catch(() => undefined);
  return { ...parse(Buffer.concat(parts)), ending };
}

function parse(bytes: Buffer): Omit<Heard, 'ending'> {
  const headEnd = bytes.indexOf('\r\n\r\n');
  const nothing = { status: 0, headers: {}, body: Buffer.alloc(0), isComplete: false, bytes };
  if (headEnd < 0) return nothing;
  const [first = '', ...lines] = bytes.subarray(0, headEnd).toString().split('\r\n');
  const headers = Object.fromEntries(
    lines.map((line) => {
      const colon = line.indexOf(':');
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
    }),
  );
  const raw = bytes.subarray(headEnd + 4);
  const status = Number(first.split(' ')[1]);
  if (headers['transfer-encoding'] === 'chunked') return { status, headers, bytes, ...joinChunks(raw) };
  return { status, headers, body: raw, isComplete: raw.length === Number(headers['content-length']), bytes };
}

function joinChunks(raw: Buffer): { body: Buffer; isComplete: boolean } {
  const parts: Buffer[] = [];
  for (let at = 0; ;) {
    const lineEnd = raw.indexOf('\r\n', at);
    if (lineEnd < 0) return { body: Buffer.concat(parts), isComplete: false };
    const size = Number.parseInt(raw.subarray(at, lineEnd).toString(), 16);
    if (size === 0) return { body: Buffer.concat(parts), isComplete: true };
    parts.push(raw.subarray(lineEnd + 2, Math.min(raw.length, lineEnd + 2 + size)));
    at = lineEnd + 2 + size + 2;
  }
}

/** What a WAV header says, and the samples after it. */
export function readWav(body: Buffer): {
  rateHz: number;
  dataBytes: number;
  riffBytes: number;
  samples: Int16Array;
} {
  if (body.subarray(0, 4).toString('latin1') !== 'RIFF') throw new Error('not a WAV');
  const bytes = new Uint8Array(body.subarray(44, 44 + Math.floor((body.length - 44) / 2) * 2));
  return {
    riffBytes: body.readUInt32LE(4),
    rateHz: body.readUInt32LE(24),
    dataBytes: body.readUInt32LE(40),
    samples: new Int16Array(bytes.buffer),
  };
}

/** How loud it is on average, full scale being 1. */
export function loudness(samples: Int16Array): number {
  const sum = samples.reduce((total, sample) => total + (sample / 32_768) ** 2, 0);
  return Math.sqrt(sum / Math.max(1, samples.length));
}

/** Whether they are equal; in one step, as a comparison that can tell the differences of so many numbers takes for ever to do so. */
export function isSameSound(one: Int16Array, other: Int16Array): boolean {
  const bytes = ({ buffer, byteOffset, byteLength }: Int16Array) =>
    Buffer.from(buffer, byteOffset, byteLength);
  return bytes(one).equals(bytes(other));
}
