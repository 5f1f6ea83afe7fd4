import type { RecordingSource as RecordingConfig } from '../../../protocol/sources/recording.ts';
import { delay } from '../../delay.ts';
import type {
  Decoder,
  Feed,
  FeedEnd,
  Observation,
  Opening,
  RawMessage,
  Source,
  SourceFrame,
  SourceParts,
} from '../source.ts';
import { readRecording } from './read-recording.ts';

/** Makes the decoder of a source by its type; throws an Error that names the types there are. */
export type OpenDecoder = (type: string) => Promise<Decoder>;

interface RecordingSourceOptions extends SourceParts {
  config: RecordingConfig;
  openDecoder: OpenDecoder;
}

/** How far a room was read: loops of the take, and messages of the present one. */
interface Place {
  take: number;
  loop: number;
  messages: number;
}

/** What would have come over the wire, at its time divided by the speed, through the decoder of the source that was recorded. */
export class RecordingSource implements Source {
  readonly platform = 'recording';
  readonly #options: RecordingSourceOptions;
  /** Asked when it is played, as somebody else may be playing it when this is made. */
  #place: Place | undefined;
  #isOver = false;

  constructor(options: RecordingSourceOptions) {
    this.#options = options;
  }

  async open(): Promise<Opening> {
    if (this.#isOver) return { kind: 'offline', reason: 'the recording has been played' };
    const { file } = this.#options.config;
    const iterator = readRecording(file);
    // A file that is none fails here, and not in the middle of a connection.
    const first = await iterator.next();
    await iterator.return();
    if (first.done) return { kind: 'offline', reason: `${file} is empty` };
    const { value } = first;
    const title = `recording of ${value.kind === 'header' ? value.header.room || 'a room' : 'another tool'}`;
    return { kind: 'open', feed: this.#feed(title) };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // Nothing is held between two feeds.
  }

  #feed(title: string): Feed {
    const closed = new AbortController();
    return {
      title,
      anchor: '',
      frames: (stopReading) => this.#frames(AbortSignal.any([stopReading, closed.signal])),
      [Symbol.asyncDispose]: async () => {
        closed.abort();
        await Promise.resolve();
      },
    };
  }

  async *#frames(stop: AbortSignal): AsyncGenerator<SourceFrame, FeedEnd> {
    const { config } = this.#options;
    for (;;) {
      yield* this.#once(stop);
      if (stop.aborted) return { reason: 'reading was stopped', waitMs: 0 };
      if (!config.loop) break;
      const { take, loop } = this.#placeNow();
      this.#place = { take, loop: loop + 1, messages: 0 };
    }
    this.#isOver = true;
    return { reason: 'the recording has been played', waitMs: 0 };
  }

  #placeNow(): Place {
    const { place, config } = this.#options;
    return (this.#place ??= readPlace(place(), config));
  }

  /** The recording from where the room was to its end. */
  async *#once(stop: AbortSignal): AsyncGenerator<SourceFrame, void> {
    const { config, openDecoder, tally, faults, room, onPlace } = this.#options;
    const { take, loop, messages: done } = this.#placeNow();
    const clock = new TapeClock(config);
    let decoder: Decoder | undefined;
    let count = 0;
    for await (const item of readRecording(config.file)) {
      if (stop.aborted) return;
      if (item.kind === 'header') {
        decoder = await openDecoder(item.header.source);
        continue;
      }
      if (item.kind === 'damage') {
        tally.count('damagedFrames');
        const { path, at, text } = item;
        faults.report('recording', { room, path, at }, `damage in a recording: ${text}`);
        continue;
      }
      count += 1;
      if (count <= done) continue;
      if (!(await clock.wait(item.message.receivedAt, stop))) return;
      decoder ??= await openDecoder(config.of);
      const place = { take, loop, messages: count };
      yield await this.#decode(decoder, item.message, place, () => {
        this.#place = place;
        onPlace(() => JSON.stringify({ file: config.file, ...place }));
      });
    }
  }

  async #decode(
    decoder: Decoder,
    message: RawMessage,
    place: Place,
    acknowledge: () => void,
  ): Promise<SourceFrame> {
    this.#options.tally.count('frames');
    const receivedAt = Date.now();
    const late = receivedAt - message.receivedAt;
    const found = await decoder.decode(message);
    const observations = found.map((observation) => moved(observation, late, place));
    return { receivedAt, observations, acknowledge };
  }
}

/** As if it happened now; a message of another loop, or of another take, is another one. */
function moved(observation: Observation, late: number, { take, loop }: Place): Observation {
  const { at, messageId, body } = observation;
  const turn = take > 0 ? `${take}.${loop}` : String(loop);
  if (turn === '0') return { ...observation, at: at + late };
  const again =
    body.kind === 'gift' && body.streak !== '' ? { ...body, streak: `${turn}:${body.streak}` } : body;
  return { ...observation, at: at + late, messageId: `${messageId}~${turn}`, body: again };
}

/** When a message is due. */
class TapeClock {
  readonly #config: Pick<RecordingConfig, 'speed' | 'skipSilenceMs'>;
  #last: number | undefined;
  #dueAt = performance.now();

  constructor(config: Pick<RecordingConfig, 'speed' | 'skipSilenceMs'>) {
    this.#config = config;
  }

  /** True when its time has come, false when it is to stop. A time before the last one means: at once. */
  async wait(recordedAt: number, stop: AbortSignal): Promise<boolean> {
    const { speed, skipSilenceMs } = this.#config;
    const pause = Math.max(0, recordedAt - (this.#last ?? recordedAt));
    this.#last = Math.max(this.#last ?? 0, recordedAt);
    this.#dueAt += (skipSilenceMs > 0 ? Math.min(pause, skipSilenceMs) : pause) / speed;
    const waitMs = this.#dueAt - performance.now();
    return waitMs > 0 ? await delay(waitMs, stop) : !stop.aborted;
  }
}

function readPlace(text: string, { file, take }: Pick<RecordingConfig, 'file' | 'take'>): Place {
  try {
    const place = JSON.parse(text) as Partial<Place> & { file?: unknown };
    const isOurs =
      place.file === file &&
      (place.take ?? 0) === take &&
      Number.isSafeInteger(place.loop) &&
      Number.isSafeInteger(place.messages);
    if (isOurs) return { take, loop: Number(place.loop), messages: Number(place.messages) };
  } catch {
    // Nothing was saved yet, or by another source.
  }
  return { take, loop: 0, messages: 0 };
}
