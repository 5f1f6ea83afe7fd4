import type { IncomingMessage } from 'node:http';

interface Bounds {
  maxBytes: number;
  /** Beyond `maxBytes` so much is read and thrown away: most clients listen only after they have said everything. */
  maxDiscardedBytes: number;
}

/** The whole body, or undefined beyond the limit. Rejects when the sender goes away. */
export async function readBounded(
  request: IncomingMessage,
  { maxBytes, maxDiscardedBytes }: Bounds,
): Promise<Buffer | undefined> {
  let chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    size += chunk.byteLength;
    if (size > maxBytes) chunks = [];
    else chunks.push(chunk);
    if (size > maxDiscardedBytes) break;
  }
  return size > maxBytes ? undefined : Buffer.concat(chunks);
}
