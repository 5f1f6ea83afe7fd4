import { EventEmitter, on } from 'node:events';
import type { Test } from 'tap';
import type { DouyinSource as DouyinConfig, RoomConfig } from '../../protocol/config.ts';
import { configSchema } from '../../protocol/config.ts';
import type { LiveEvent } from '../../protocol/event.ts';
import { openLogger } from '../../workers/logger.ts';
import { FaultLog } from '../../workers/ingest/fault-log.ts';
import type { EventSink } from '../../workers/ingest/frame-publisher.ts';
import { DouyinSource } from '../../workers/ingest/douyin/douyin-source.ts';
import type { DouyinTimes } from '../../workers/ingest/douyin/times.ts';
import { douyinTimes } from '../../workers/ingest/douyin/times.ts';
import { RoomEvents } from '../../workers/ingest/room-events.ts';
import { RoomLink } from '../../workers/ingest/room-link.ts';
import { runRoomSession } from '../../workers/ingest/room-session.ts';
import type { ConnectionPolicy } from '../../workers/ingest/connection-policy.ts';
import { genericPolicy } from '../../workers/ingest/connection-policy.ts';
import { Secrets } from '../../workers/secrets.ts';
import type { RoomTrouble } from '../../protocol/ipc.ts';
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
  troubles: RoomTrouble[];
  link: RoomLink;
  /** Returns when something is counted, said or told of the room and it is so. */
  until: (is: () => boolean) => Promise<void>;
  /** What the source has said of itself, in order. */
  conditions: SourceCondition[];
  /** Waits for a condition to begin, or to pass. */
  untilCondition: (code: string, isOn?: boolean) => Promise<SourceCondition>;
  drain: AbortController;
  stop: AbortController;
  /** Settles when the session has returned. */
  ended: Promise<void>;
}

const quick = { growth: 'exponential', firstMs: 4, mostMs: 40 } as const;
const quickPolicy: ConnectionPolicy = {
  ...genericPolicy,
  delays: { closed: quick, network: quick, authentication: quick, business: quick, system: quick },
  floorMs: 2,
  blockedMs: 20,
  blockedMostMs: 40,
  offlinePollMs: 10,
};

/** A session as the worker has it, with short waits, in front of a sink of the test's own. */
export function startRoom(
  t: Test,
  options: {
    source: Partial<DouyinConfig> | Source;
    remembered?: Promise<void>;
    policy?: Partial<ConnectionPolicy>;
    home?: string;
    secrets?: Secrets;
    douyinTimes?: Partial<DouyinTimes>;
    completeAfterMs?: number;
  },
): TestRoom {
  const news = new EventEmitter();
  const counters = new Proxy<Record<string, number>>(
    {},
    {
      set(target, name: string, value: number) {
        target[name] = value;
        return news.emit('happened') || true;
      },
    },
  );
  const tally = new Tally(counters);
  const log = openLogger({});
  log.level = 'silent';
  const faults = new FaultLog(log);
  const sink = new TestSink();
  const notices: string[] = [];
  const { conditions, onCondition, untilCondition } = conditionLog();
  const drain = new AbortController();
  const stop = new AbortController();
  const troubles: RoomTrouble[] = [];
  const policy = { ...quickPolicy, ...options.policy };
  const given = options.source;
  const config = 'open' in given ? undefined : roomConfig(given).source;
  const link = new RoomLink({
    room: 'demo',
    platform: 'douyin',
    policy,
    config: config ?? {},
    child: {
      log,
      secrets: options.secrets ?? new Secrets(),
      notice: (_level, text) => (notices.push(text), news.emit('happened')),
      trouble: (trouble) => (troubles.push(trouble), news.emit('happened')),
      options: { id: 'ingest', home: options.home ?? '' },
    },
    bus: {
      isConnected: false,
      certain: () => Promise.resolve(),
      bucket: () => Promise.reject(new Error('no bus')),
    },
    tally,
    faults,
    signal: stop.signal,
    lookEveryMs: 20,
    ...(options.completeAfterMs === undefined ? {} : { completeAfterMs: options.completeAfterMs }),
    openSource: (parts) =>
      'open' in given
        ? given
        : new DouyinSource({
            ...sourceParts({ tally, faults, ...parts }),
            onCondition: (condition) => {
              onCondition(condition);
              parts.onCondition(condition);
            },
            config: roomConfig(given).source,
            times: { ...quickTimes, ...options.douyinTimes },
          }),
  });
  const events = new RoomEvents({
    room: 'demo',
    platform: 'douyin',
    ttls: { chatTtlMs: 60_000, paidTtlMs: 1_800_000, greetingTtlMs: 20_000 },
  });
  link.begin();
  const ended = runRoomSession({
    room: 'demo',
    ...link.forSession,
    policy,
    events,
    remembered: options.remembered ?? Promise.resolve(),
    sink,
    tally,
    faults,
    log,
    draining: drain.signal,
    signal: stop.signal,
  });
  t.teardown(async () => {
    stop.abort();
    await ended;
    await link[Symbol.asyncDispose]();
  });
  const until = async (is: () => boolean): Promise<void> => {
    if (is()) return;
    for await (const _ of on(news, 'happened')) if (is()) return;
  };
  return { sink, counters, notices, conditions, untilCondition, troubles, link, until, drain, stop, ended };
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
    credentials: { read: () => Promise.resolve('') },
    ...parts,
  };
}

/** A room of a checked configuration; everything that is not given is as by default. */
export function roomConfig(source: Partial<DouyinConfig>): RoomConfig & { source: DouyinConfig } {
  const [room] = configSchema.parse({
    rooms: [{ id: 'demo', source: { type: 'douyin', webRid: 'demo', ...source } }],
  }).rooms;
  if (room?.source.type !== 'douyin') throw new Error('No room of Douyin');
  return { ...room, source: room.source };
}
