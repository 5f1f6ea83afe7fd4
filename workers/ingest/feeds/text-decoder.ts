import type { Decoder, RawMessage } from '../source.ts';
import type { ReadMessage } from './socket-feed.ts';

/** Makes of recorded messages what the feed makes of them. */
export function decoderOf(read: ReadMessage): Decoder {
  return {
    async decode(message: RawMessage) {
      const reading = await read(message);
      return Array.isArray(reading) ? reading : [];
    },
  };
}
