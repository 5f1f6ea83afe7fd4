import { textIn } from '../feeds/message-text.ts';
import { readSafely } from '../feeds/read-safely.ts';
import type { Reading } from '../feeds/socket-feed.ts';
import type { RawMessage, SourceParts } from '../source.ts';
import { readDouyinLive } from './read-message.ts';

/** Reads a room in the order in which things were said of it: that it is off the air ends a broadcast, and means nothing before one. */
export class DouyinLiveReader {
  readonly #parts: Pick<SourceParts, 'room' | 'tally' | 'faults'>;
  #isLive = false;

  constructor(parts: Pick<SourceParts, 'room' | 'tally' | 'faults'>) {
    this.#parts = parts;
  }

  read(raw: RawMessage): Reading {
    const text = textIn(raw);
    if (text === 'ping' || text === 'pong') return [];
    const message = readSafely(this.#parts, 'douyinLive', () => readDouyinLive(text, raw.receivedAt));
    if (!message) return [];
    if (message.kind === 'message') {
      this.#isLive = true;
      if (!message.observations) this.#parts.tally.skipped(message.method);
      return message.observations ?? [];
    }
    switch (message.state) {
      case 'live':
        this.#isLive = true;
        return [];
      case 'offline':
      case 'ended':
        if (!this.#isLive) return [];
        this.#isLive = false;
        return [
          {
            messageId: `ended-${raw.receivedAt}`,
            at: raw.receivedAt,
            viewer: null,
            body: { kind: 'control', action: 'end', tips: '' },
          },
        ];
      case 'not-found':
        return { reason: `douyinLive says: ${message.text}`, waitMs: 0, trouble: 'business' };
      case 'unknown':
        return [];
    }
  }
}
