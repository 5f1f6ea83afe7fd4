import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { encode } from '../../protocol/codec.ts';
import type { RoomConfig } from '../../protocol/config.ts';
import type { ConnectedChild } from '../child.ts';
import { headersOf } from '../message-headers.ts';
import { Secrets } from '../secrets.ts';
import { genericPolicy } from './connection-policy.ts';
import type { Host } from './host-room.ts';
import { HostedRoom } from './host-room.ts';
import type { Feed, FeedEnd, Observation, SourceDefinition, SourceFrame } from './source.ts';

type RehearsingChild = Pick<ConnectedChild, 'options' | 'bus' | 'duty' | 'log' | 'signal'>;

const timeoutMs = 5_000;
const frames = 20;
const room: RoomConfig = {
  id: 'rehearsal',
  source: {
    type: 'recording',
    file: 'none',
    of: 'douyin',
    speed: 1,
    loop: false,
    take: 0,
    skipSilenceMs: 0,
  },
};

/**
 * Keeps a made-up room from taking it up to leaving it, with everything between source and bus: what a process does for the first time
 * takes it several times as long, and a successor has no time. Nothing of it is to be seen from outside. Throws when it does not come to its end.
 */
export async function rehearseRoom(child: RehearsingChild): Promise<void> {
  const end = new AbortController();
  const home = join(child.options.home, 'run', 'rehearsal');
  const late = AbortSignal.timeout(timeoutMs);
  const definition: SourceDefinition = {
    platform: room.id,
    policy: genericPolicy,
    open: (_config, { credentials }) => ({
      platform: room.id,
      async open() {
        await credentials.read();
        return { kind: 'open', feed: madeUpFeed(() => end.abort()) };
      },
      [Symbol.asyncDispose]: () => Promise.resolve(),
    }),
    openDecoder() {
      throw new Error('A rehearsal decodes nothing');
    },
    check: () => Promise.resolve([]),
    warmUp: () => Promise.resolve(),
  };
  try {
    await using hosted = new HostedRoom(room, definition, hostOf(child, home, end.signal, late));
    hosted.prepare();
    await hosted.run();
    late.throwIfAborted();
  } finally {
    await rm(home, { recursive: true, force: true });
  }
}

/** Everything of the real one that shows nothing to anybody. */
function hostOf(child: RehearsingChild, home: string, draining: AbortSignal, late: AbortSignal): Host {
  const { bus, duty, options } = child;
  const lastOf = new Map([[room.id, { seq: 1, timeMs: Date.now() }]]);
  return {
    child: {
      options: { ...options, home },
      bus: {
        connection: bus.connection,
        isConnected: false,
        certain: () => Promise.resolve(),
        bucket: () => Promise.reject(new Error('A rehearsal keeps nothing')),
        async *read() {},
        publish(_subject, type, body) {
          headersOf(type, body);
          encode(type, body, duty.current);
          return Promise.resolve({ seq: 1, duplicate: false });
        },
      },
      duty,
      log: child.log.child({}, { level: 'silent' }),
      draining,
      drainUntil: 0,
      handOver: false,
      counters: {},
      inFlight: 0,
      progress: () => undefined,
      notice: () => undefined,
      trouble: () => undefined,
      secrets: new Secrets(),
    },
    signal: AbortSignal.any([child.signal, late]),
    presence: { isAway: false, onChange: () => ({ [Symbol.dispose]: () => undefined }) },
    follower: { catchUp: () => Promise.resolve() },
    idFollower: { catchUp: () => Promise.resolve({ fromMs: 0, firstSeq: 1, lastSeq: 1, lastOf }) },
    saved: { get: () => '', save: () => undefined },
    wanted: {
      has: () => true,
      when: () => ({ signal: new AbortController().signal, [Symbol.dispose]: () => undefined }),
    },
  };
}

function madeUpFeed(onRead: () => void): Feed {
  return {
    title: 'rehearsal',
    anchor: 'rehearsal',
    async *frames(): AsyncGenerator<SourceFrame, FeedEnd> {
      for (let frame = 1; frame <= frames; frame++) {
        const acknowledge = () => {
          if (frame === frames) onRead();
        };
        yield { receivedAt: Date.now(), observations: observationsOf(frame), acknowledge };
      }
      return await Promise.resolve({ reason: 'the rehearsal is over', waitMs: 0 });
    },
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

const viewer = {
  id: '1',
  nickname: '暖场',
  level: 1,
  fansLevel: 0,
  isAnchor: false,
  isAdmin: false,
  secUid: '',
};

function observationsOf(frame: number): Observation[] {
  const at = Date.now();
  const gift = { giftId: '4', name: '花', count: 1, total: frame, diamonds: 1, streakEnd: false };
  return [
    { kind: 'chat' as const, text: '你好', luckyBag: false },
    { kind: 'gift' as const, ...gift, streak: `${frame % 2}` },
    { kind: 'like' as const, count: 1, total: frame },
    { kind: 'enter' as const, viewers: frame },
  ].map((body) => ({ messageId: `${frame}.${body.kind}`, at, viewer, body }));
}
