import { EventEmitter, on } from 'node:events';
import type { Test } from 'tap';
import type { RoomConfig } from '../../protocol/config.ts';
import { configSchema } from '../../protocol/config.ts';
import type { LiveEvent } from '../../protocol/event.ts';
import { openLogger } from '../../workers/logger.ts';
import { FaultLog } from '../../workers/ingest/fault-log.ts';
import type { EventSink } from '../../workers/ingest/frame-publisher.ts';
import { DouyinSource } from '../../workers/ingest/douyin/douyin-source.ts';
import type { DouyinTimes } from '../../workers/ingest/douyin/times.ts';
import { douyinTimes } from '../../workers/ingest/douyin/times.ts';
import { RoomEvents } from '../../workers/ingest/room-events.ts';
import { RoomNotices } from '../../workers/ingest/room-notices.ts';
import { runRoomSession } from '../../workers/ingest/room-session.ts';
import type { SilenceTimes } from '../../workers/ingest/silence.ts';
import type { Source, SourceCondition, SourceParts } from '../../workers/ingest/source.ts';
import { Tally } from '../../workers/ingest/tally.ts';

/** A sink that keeps what it is given, at once or when it is told. */
export class TestSink implements EventSink {
  readonly published: LiveEvent[] = [];
  /** While set, nothing is kept: publishes wait. */
  held = false;
  readonly #events = new EventEmitter();
  #waiting: (() => void)[] = [];

  async publish(event: LiveEvent, signal: AbortSignal): Promise<void> {
    this.published.push(event);
    this.#events.emit('happened');
    if (!this.held) return;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#waiting.push(resolve);
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
    await promise;
  }

  get waiting(): number {
    return this.#waiting.length;
  }

  release(): void {
    this.held = false;
    for (const resolve of this.#waiting.splice(0)) resolve();
  }

  texts(): string[] {
    return this.published.map((event) => (event.kind === 'chat' ? event.text : event.kind));
  }

  async until(is: () => boolean): Promise<void> {
    if (is()) return;
    for await (const _ of on(this.#events, 'happened')) if (is()) return;
  }
}

export interface TestRoom {
  sink: TestSink;
  counters: Record<string, number>;
  notices: string[];
  /** What the source has said of itself, in order. */
  conditions: SourceCondition[];
  /** Waits for a condition to begin, or to pass. */
  untilCondition: (code: string, isOn?: boolean) => Promise<SourceCondition>;
  drain: AbortController;
  stop: AbortController;
  /** Settles when the session has returned. */
  ended: Promise<void>;
}

/** A session as the worker has it, with short waits, in front of a sink of the test's own. */
export function startRoom(
  t: Test,
  options: {
    source: Partial<RoomConfig['source']> | Source;
    remembered?: Promise<void>;
    silence?: SilenceTimes;
    douyinTimes?: Partial<DouyinTimes>;
  },
): TestRoom {
  const counters: Record<string, number> = {};
  const tally = new Tally(counters);
  const log = openLogger({});
  log.level = 'silent';
  const faults = new FaultLog(log);
  const sink = new TestSink();
  const notices: string[] = [];
  const { conditions, onCondition, untilCondition } = conditionLog();
  const drain = new AbortController();
  const stop = new AbortController();
  const source =
    'open' in options.source
      ? options.source
      : new DouyinSource({
          ...sourceParts({ tally, faults, onCondition }),
          config: roomConfig(options.source).source,
          times: { ...quickTimes, ...options.douyinTimes },
        });
  const events = new RoomEvents({
    room: 'demo',
    platform: 'douyin',
    ttls: { chatTtlMs: 60_000, paidTtlMs: 1_800_000, greetingTtlMs: 20_000 },
  });
  const ended = runRoomSession({
    room: 'demo',
    source,
    events,
    remembered: options.remembered ?? Promise.resolve(),
    sink,
    tally,
    notices: new RoomNotices({ room: 'demo', notice: (_level, text) => notices.push(text) }),
    log,
    draining: drain.signal,
    signal: stop.signal,
    times: { firstMs: 4, longestMs: 40, pollMs: 10 },
    ...(options.silence ? { silence: options.silence } : {}),
  });
  t.teardown(async () => {
    stop.abort();
    await ended;
    await source[Symbol.asyncDispose]();
  });
  return { sink, counters, notices, conditions, untilCondition, drain, stop, ended };
}

/** Short waits, and nothing that is told only after minutes. */
const quickTimes: DouyinTimes = { ...douyinTimes, confirmMs: 4, signAgainMs: 4 };

/** Keeps what a source says of itself. */
export function conditionLog() {
  const conditions: SourceCondition[] = [];
  const events = new EventEmitter();
  return {
    conditions,
    onCondition: (condition: SourceCondition): void => {
      conditions.push(condition);
      events.emit('happened');
    },
    untilCondition: async (code: string, isOn = true): Promise<SourceCondition> => {
      const find = () => conditions.find((one) => one.code === code && one.isOn === isOn);
      let found = find();
      if (found) return found;
      for await (const _ of on(events, 'happened')) {
        found = find();
        if (found) break;
      }
      if (!found) throw new Error('The events ended');
      return found;
    },
  };
}

/** What a source gets of a session, for a session that takes no notice. */
export function sourceParts(
  parts: Pick<SourceParts, 'tally' | 'faults'> & Partial<SourceParts>,
): SourceParts {
  return {
    room: 'demo',
    isCertain: () => true,
    place: () => '',
    onPlace: () => undefined,
    onRaw: () => undefined,
    onCondition: () => undefined,
    ...parts,
  };
}

/** A room of a checked configuration; everything that is not given is as by default. */
export function roomConfig(source: Partial<RoomConfig['source']>): RoomConfig {
  const [room] = configSchema.parse({
    rooms: [{ id: 'demo', source: { type: 'douyin', webRid: 'demo', ...source } }],
  }).rooms;
  if (!room) throw new Error('No room');
  return room;
}
