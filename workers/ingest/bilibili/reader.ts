import type { Observation, RawMessage, SourceParts } from '../source.ts';
import { readSafely } from '../feeds/read-safely.ts';
import { BilibiliGifts } from './gifts.ts';
import { operations, unpack } from './packet.ts';
import { readCommand } from './read-command.ts';

interface ReaderOptions {
  parts: Pick<SourceParts, 'room' | 'tally' | 'faults'>;
  /** Shared by all connections to a room. */
  gifts?: BilibiliGifts;
  /** Hears whether the names of viewers are masked, with each message that tells. */
  onMasked?: (isMasked: boolean) => void;
}

/** Reads WebSocket messages of a room: every command in every packet, each of which costs only itself. */
export class BilibiliReader {
  readonly #options: ReaderOptions;
  readonly #gifts: BilibiliGifts;

  constructor(options: ReaderOptions) {
    this.#options = options;
    this.#gifts = options.gifts ?? new BilibiliGifts();
  }

  read({ data, receivedAt }: RawMessage): Observation[] {
    const { parts, onMasked } = this.#options;
    const { room, tally, faults } = parts;
    const { packets, problems } = unpack(data);
    for (const { code, text } of problems) {
      tally.count(code === 'bomb' ? 'bombs' : 'damagedFrames');
      faults.report(code, { room, bytes: data.byteLength, text }, 'a packet that cannot be used');
    }
    const observations: Observation[] = [];
    for (const { operation, body } of packets) {
      if (operation !== operations.message) continue;
      const text = Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('utf8');
      const command = readSafely(parts, 'bilibili', () => readCommand(text, receivedAt, this.#gifts));
      if (!command) continue;
      if (command.isUnknown) tally.skipped(command.name);
      if (command.isMasked) onMasked?.(true);
      else if (command.observations.some(({ viewer }) => viewer?.id)) onMasked?.(false);
      observations.push(...command.observations);
    }
    return observations;
  }
}
