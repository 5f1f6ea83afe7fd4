import type { BarrageGrabSource as Config } from '../../../protocol/sources/barrage-grab.ts';
import { textIn } from '../feeds/message-text.ts';
import { readSafely } from '../feeds/read-safely.ts';
import type { Reading } from '../feeds/socket-feed.ts';
import { openSocketFeed } from '../feeds/socket-source.ts';
import type { Opening, RawMessage, Source, SourceParts } from '../source.ts';
import { Pulse } from './pulse.ts';
import type { BarrageMessage } from './read-message.ts';
import { readBarrage, statsType } from './read-message.ts';

const name = 'DouyinBarrageGrab';
const captureLost = {
  code: 'capture-lost',
  text: `${name} is there, but tells nothing of the room: its capture is lost, or the room is off the air`,
};

/**
 * One room as a running DouyinBarrageGrab captures it. Its socket lives on when the capture is lost, and it sends no heartbeat; only the
 * viewer count tells that it works.
 */
export class BarrageGrabSource implements Source {
  readonly platform = 'douyin';
  readonly #config: Config;
  readonly #parts: SourceParts;
  #isLost = false;

  constructor(config: Config, parts: SourceParts) {
    this.#config = config;
    this.#parts = parts;
  }

  async open(signal: AbortSignal): Promise<Opening> {
    const { url, pulseMs, roomId } = this.#config;
    const reader = new BarrageReader(this.#parts, roomId);
    const feed = await openSocketFeed({
      name,
      address: url,
      parts: this.#parts,
      read: (message) => reader.read(message),
      signal,
    });
    const pulse = new Pulse({
      afterMs: pulseMs,
      isBehind: () => feed.isBehind,
      onBeat: () => this.#tell(false),
      onLost: () => this.#tell(true),
      onDeaf: () => feed.giveUp({ reason: `no message for ${pulseMs} ms`, waitMs: 0, trouble: 'closed' }),
    });
    feed.ended.addEventListener('abort', () => pulse[Symbol.dispose](), { once: true });
    if (feed.ended.aborted) pulse[Symbol.dispose]();
    reader.onMessage = ({ type, anchor }) => {
      if (type === statsType) pulse.beat();
      else pulse.sound();
      if (anchor) feed.anchor = anchor;
    };
    return { kind: 'open', feed };
  }

  async [Symbol.asyncDispose](): Promise<void> {}

  #tell(isOn: boolean): void {
    if (this.#isLost === isOn) return;
    this.#isLost = isOn;
    this.#parts.onCondition({ ...captureLost, isOn });
  }
}

/** Reads what is said of one room; `roomId` empty: of all. What names no room is not of it, when there may be several. */
export class BarrageReader {
  onMessage: (message: BarrageMessage) => void = () => undefined;
  readonly #parts: Pick<SourceParts, 'room' | 'tally' | 'faults'>;
  readonly #roomId: string;

  constructor(parts: Pick<SourceParts, 'room' | 'tally' | 'faults'>, roomId: string) {
    this.#parts = parts;
    this.#roomId = roomId;
  }

  read(raw: RawMessage): Reading {
    const { tally, faults, room } = this.#parts;
    const message = readSafely(this.#parts, name, () => readBarrage(textIn(raw), raw.receivedAt));
    if (!message) return [];
    const { type, rooms, observations } = message;
    if (this.#roomId && !rooms.includes(this.#roomId)) {
      if (rooms.length === 0)
        faults.report('no-room', { room, type }, 'a message that names no room, while roomId asks for one');
      return [];
    }
    this.onMessage(message);
    if (observations.length === 0) tally.skipped(`type${type}`);
    return observations;
  }
}
