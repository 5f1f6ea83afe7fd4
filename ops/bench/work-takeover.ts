import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import type { Config } from '../../protocol/config.ts';
import { configSchema, demoConfig } from '../../protocol/config.ts';
import type { LiveEvent } from '../../protocol/event.ts';
import { segmentId } from '../../protocol/ids.ts';
import type { ChildOptions } from '../../protocol/ipc.ts';
import type { Segment } from '../../protocol/speech.ts';
import { eventSubject, speechSubject } from '../../protocol/subjects.ts';
import type { BusLink } from '../../supervisor/bus-link.ts';
import { Bus } from '../../workers/bus.ts';
import { openQuietBus } from './quiet-bus.ts';
import { WorkerProcess, sequenceOf } from './worker-process.ts';

export interface WorkTakeoverOptions {
  role: 'tts' | 'reply';
  runs: number;
  signal: AbortSignal;
}

/** Longer than any take-over: then something is broken, and not slow. */
const mostMs = 30_000;
const room = 'demo';

/**
 * How long, in milliseconds, from the kill -9 of a worker until the message that it was working on has been taken by its spare. This
 * process plays the supervisor: it hears of the end, gives back what the dead one held, and starts the spare.
 */
export async function measureWorkTakeover(options: WorkTakeoverOptions): Promise<number[]> {
  const home = mkdtempSync(join(tmpdir(), 'onair-takeover-'));
  const log = pino({ level: 'silent' });
  const config = configSchema.parse(demoConfig);
  try {
    await using link = await openQuietBus(config, home);
    const { connection } = link;
    if (!connection) throw new Error('The bus was lost as soon as it was there');
    return await measureAll(options, { link, home, config, bus: new Bus({ connection, log }) });
  } finally {
    rmSync(home, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  }
}

interface Stage {
  link: BusLink;
  bus: Bus;
  home: string;
  config: Config;
}

async function measureAll({ role, runs, signal }: WorkTakeoverOptions, stage: Stage): Promise<number[]> {
  const { link, bus } = stage;
  const measured: number[] = [];
  let active = new WorkerProcess(role);
  let spare: WorkerProcess | undefined;
  try {
    await active.initialise(optionsFor(role, stage));
    active.start({ lease: role, epoch: 1 });
    await active.report('started');
    for (let run = 0; run < runs; run++) {
      signal.throwIfAborted();
      spare = new WorkerProcess(role);
      await spare.initialise(optionsFor(role, stage));
      const deadline = AbortSignal.any([signal, AbortSignal.timeout(mostMs)]);
      const seq = await publishWork(role, run, bus, deadline);
      const isIt = ({ acks }: { acks: string[] }) => acks.some((ack) => sequenceOf(ack) === seq);
      await before(active.report('took', isIt), deadline);
      if (role === 'tts') await before(active.report('treating', isIt), deadline);

      const began = performance.now();
      const taken = spare.report('took', isIt).then(() => performance.now() - began);
      link.handOver(await active.kill());
      active = spare;
      active.start({ lease: role, epoch: run + 2 });
      measured.push(await before(taken, deadline));
    }
  } finally {
    await active.kill();
    await spare?.kill();
  }
  return measured;
}

function optionsFor(role: WorkTakeoverOptions['role'], { link, home, config }: Stage): ChildOptions {
  return {
    id: role,
    role,
    subject: '',
    runId: 'bench',
    home,
    bus: link.accessFor(role),
    config,
    previousAddress: '',
    poison: [],
    hurry: false,
  };
}

/** Something that a worker has in hand for long enough to be killed with it: a sentence, or a streak of gifts that goes on. */
async function publishWork(
  role: WorkTakeoverOptions['role'],
  run: number,
  bus: Bus,
  signal: AbortSignal,
): Promise<number> {
  const at = Date.now();
  const id = `${room}:bench:${run}`;
  const common = { room, expiresAt: at + 600_000 };
  if (role === 'reply') {
    const gift = { giftId: '1', name: '玫瑰', count: 1, total: 1, diamonds: 1, streak: id, streakEnd: false };
    const event: LiveEvent = {
      ...common,
      ...gift,
      kind: 'gift',
      id,
      platform: 'bench',
      at,
      receivedAt: at,
      viewer: null,
    };
    return (await bus.publish(eventSubject(room, 'gift'), 'event', event, { msgId: id, signal })).seq;
  }
  const text = `这是第${run}句话，欢迎来到直播间，今天的宝贝都在下方的小黄车里，喜欢的朋友点一点关注。`;
  const segment: Segment = {
    ...common,
    id: segmentId(`u:${id}`, 0),
    utteranceId: `u:${id}`,
    index: 0,
    last: true,
    text,
    priority: 'urgent',
    voice: '',
    causes: [],
    createdAt: at,
    script: [text],
    idleScript: '',
  };
  return (await bus.publish(speechSubject(room, 'urgent'), 'segment', segment, { msgId: segment.id, signal }))
    .seq;
}

async function before<Answer>(answer: Promise<Answer>, signal: AbortSignal): Promise<Answer> {
  const { promise, reject } = Promise.withResolvers<never>();
  const stop = () => reject(new Error('Nobody took the message over', { cause: signal.reason }));
  signal.addEventListener('abort', stop, { once: true });
  try {
    return await Promise.race([answer, promise]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
