import type { Decoder, Observation, SourceParts } from '../source.ts';
import { TimeSlice } from '../time-slice.ts';
import type { Frame, RoomResponse } from './read-frame.ts';
import { FrameError, readFrame, readResponse } from './read-frame.ts';
import type { ReadContext } from './read-message.ts';
import { readMessage } from './read-message.ts';
import { decodeMessage } from './schema.ts';

/** Far above any real message. One message is decoded without a pause, so its size is what bounds that time. */
const maxMessageBytes = 256 * 1024;
/** Of one frame; a message may hold several. */
const maxObservations = 20_000;

type FrameDecoderOptions = Pick<SourceParts, 'room' | 'tally' | 'faults'> & ReadContext;

/** Makes observations of push frames. What cannot be read is counted, reported and passed over. */
export class FrameDecoder {
  readonly #options: FrameDecoderOptions;

  constructor(options: FrameDecoderOptions) {
    this.#options = options;
  }

  /** Undefined: it is of no use. */
  readFrame(bytes: Uint8Array): Frame | undefined {
    return this.#read(readFrame, bytes);
  }

  /** The same of an answer to a poll. */
  readResponse(bytes: Uint8Array): RoomResponse | undefined {
    return this.#read(readResponse, bytes);
  }

  #read<Result>(read: (bytes: Uint8Array) => Result, bytes: Uint8Array): Result | undefined {
    const { tally, faults, room } = this.#options;
    try {
      return read(bytes);
    } catch (error) {
      if (!(error instanceof FrameError)) throw error;
      const name = { oversized: 'oversized', bomb: 'bombs', damaged: 'damagedFrames' } as const;
      tally.count(name[error.code]);
      faults.report(error.code, { err: error, room, bytes: bytes.byteLength }, 'a frame that cannot be used');
      return undefined;
    }
  }

  async observe(
    { messages }: Pick<RoomResponse, 'messages'>,
    receivedAt: number,
    slice: TimeSlice,
  ): Promise<Observation[]> {
    const observations: Observation[] = [];
    for (const message of messages) {
      if (slice.isOver) await slice.next();
      this.#observe(message, receivedAt, observations);
    }
    this.#options.tally.count('messages', messages.length);
    return observations;
  }

  /** A message that cannot be read costs only itself. */
  #observe(bytes: Uint8Array, receivedAt: number, into: Observation[]): void {
    const { tally, faults, room } = this.#options;
    let method = '';
    try {
      if (bytes.byteLength > maxMessageBytes) throw new Error(`Message of ${bytes.byteLength} bytes`);
      const message = decodeMessage(bytes);
      method = message.method;
      const found = readMessage(message, receivedAt, this.#options);
      if (!found) return tally.skipped(method);
      if (into.length + found.length > maxObservations) {
        throw new Error(`Frame has more than ${maxObservations} observations`);
      }
      into.push(...found);
    } catch (error) {
      tally.count('damagedMessages');
      faults.report(
        'message',
        { err: error, room, method: method.slice(0, 64) },
        'a message that cannot be read',
      );
    }
  }
}

/** For frames that were recorded. The room's owner is not known then. */
export function openDouyinDecoder(parts: Pick<SourceParts, 'room' | 'tally' | 'faults'>): Decoder {
  const decoder = new FrameDecoder({ ...parts, anchorId: '' });
  const slice = new TimeSlice();
  return {
    async decode({ form, receivedAt, data }) {
      if (form === 'fetch') {
        const answer = decoder.readResponse(data);
        return answer ? await decoder.observe(answer, receivedAt, slice) : [];
      }
      const frame = decoder.readFrame(data);
      return frame?.kind === 'messages' ? await decoder.observe(frame, receivedAt, slice) : [];
    },
  };
}
