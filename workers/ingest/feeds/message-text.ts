import type { RawMessage } from '../source.ts';

/** What a message says as text; a feed of JSON may send it as binary too. */
export function textIn({ data }: Pick<RawMessage, 'data'>): string {
  return Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('utf8');
}
