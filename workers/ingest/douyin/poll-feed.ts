import { delay } from '../../delay.ts';
import type { Feed, FeedEnd, SourceFrame } from '../source.ts';
import { TimeSlice } from '../time-slice.ts';
import { FrameDecoder } from './decoder.ts';
import type { FeedParts, Received } from './feed-parts.ts';
import type { Resume } from './push-address.ts';
import type { PushFeed } from './push-feed.ts';
import type { RoomResponse } from './read-frame.ts';

/** Whatever the server asks for: neither a flood of requests nor viewers who wait for an answer. */
const shortestMs = 500;
const longestMs = 10_000;
/** In a row; then the room has to be looked for again. */
const maxFailures = 3;
/** The waits for the push servers double up to this many times the first. */
const mostPushWaits = 16;

interface PollFeedOptions extends FeedParts {
  first: Received;
  resume: Resume;
  /** Asks once, from a position on; undefined when there is no answer, or none that can be used. */
  poll: (resume: Resume, signal: AbortSignal) => Promise<Received | undefined>;
  /** Tries a push server, from a position on; undefined when that is refused. */
  connect: (resume: Resume, signal: AbortSignal) => Promise<PushFeed | undefined>;
  /** Before the push servers are tried again for the first time, in milliseconds. */
  pushAgainMs: number;
}

/**
 * A room read by asking `im/fetch` again and again, for when no push server lets us in. Each answer is a frame, also one without
 * messages; the position that goes with the next question acknowledges it. As soon as a push server lets us in, the feed goes on there.
 */
export class PollFeed implements Feed {
  readonly title: string;
  readonly anchor: string;
  readonly #options: PollFeedOptions;
  readonly #decoder: FrameDecoder;
  readonly #over = new AbortController();
  #resume: Resume;
  #everyMs = 1_000;
  #end: FeedEnd | undefined;
  #push: PushFeed | undefined;
  #connecting: Promise<void> = Promise.resolve();
  #isConnecting = false;
  readonly #connected = new AbortController();
  #pushAt: number;
  #pushWaitMs: number;

  constructor(options: PollFeedOptions) {
    this.title = options.info.title;
    this.anchor = options.info.anchor;
    this.#options = options;
    this.#resume = options.resume;
    this.#decoder = new FrameDecoder({ ...options, anchorId: options.info.anchorId });
    this.#pushWaitMs = options.pushAgainMs;
    this.#pushAt = Date.now() + options.pushAgainMs;
  }

  /** Aborts when the feed is over; of a connection that it has gone on to, the source hears itself. */
  get ended(): AbortSignal {
    return this.#over.signal;
  }

  async *frames(stopReading: AbortSignal): AsyncGenerator<SourceFrame, FeedEnd> {
    const stop = AbortSignal.any([stopReading, this.#over.signal]);
    const slice = new TimeSlice();
    let answer: Received | undefined = this.#options.first;
    let failures = 0;
    while (!stop.aborted) {
      if (answer) yield await this.#open(answer, slice);
      if (this.#push) return yield* this.#push.frames(stopReading);
      const waitMs = Math.min(this.#everyMs * 2 ** failures, longestMs);
      await delay(waitMs, AbortSignal.any([stop, this.#connected.signal]));
      if (stop.aborted) break;
      answer = undefined;
      // Nothing is asked for by a process that may have been replaced.
      if (this.#push || !this.#options.isCertain()) continue;
      this.#connectInTime(stop);
      answer = await this.#options.poll(this.#resume, stop);
      failures = answer ? 0 : failures + 1;
      if (failures === maxFailures) {
        return { reason: 'the site does not answer polls any more', waitMs: 0, trouble: 'network' };
      }
    }
    return this.#end ?? { reason: 'reading was stopped', waitMs: 0 };
  }

  giveUp(reason: string): void {
    this.#end ??= { reason, waitMs: 0 };
    this.#push?.giveUp(reason);
    this.#over.abort();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#over.abort();
    await this.#connecting;
    await this.#push?.[Symbol.asyncDispose]();
  }

  async #open({ response, receivedAt }: Received, slice: TimeSlice): Promise<SourceFrame> {
    const { onResponse, onObservations, tally } = this.#options;
    tally.count('polls');
    const { fetchIntervalMs } = response;
    if (fetchIntervalMs > 0) this.#everyMs = Math.min(Math.max(fetchIntervalMs, shortestMs), longestMs);
    if (response.cursor) this.#resume = positionOf(response);
    onResponse(response);
    const observations = await this.#decoder.observe(response, receivedAt, slice);
    onObservations(observations);
    return { receivedAt, observations, acknowledge: () => this.#acknowledge(response) };
  }

  #acknowledge(response: RoomResponse): void {
    const { isCertain, onResume } = this.#options;
    if (response.cursor && isCertain()) onResume(positionOf(response));
  }

  /** Meanwhile polling goes on. */
  #connectInTime(signal: AbortSignal): void {
    if (this.#isConnecting || Date.now() < this.#pushAt) return;
    this.#isConnecting = true;
    this.#connecting = this.#connect(signal).finally(() => {
      this.#pushAt = Date.now() + this.#pushWaitMs;
      this.#pushWaitMs = Math.min(this.#pushWaitMs * 2, this.#options.pushAgainMs * mostPushWaits);
      this.#isConnecting = false;
    });
  }

  async #connect(signal: AbortSignal): Promise<void> {
    const { connect, faults, room } = this.#options;
    try {
      this.#push = await connect(this.#resume, signal);
      if (this.#push) this.#connected.abort();
    } catch (error) {
      if (signal.aborted) return;
      faults.report('push', { err: error, room }, 'a room that is polled still finds no push server');
    }
  }
}

const positionOf = ({ cursor, internalExt }: RoomResponse): Resume => ({ cursor, internalExt });
