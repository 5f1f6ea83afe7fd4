import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Config } from '../../protocol/config.ts';
import { configSchema, demoConfig } from '../../protocol/config.ts';
import type { BusLink } from '../../supervisor/bus-link.ts';
import type { DouyinRoom } from '../sim/douyin-room/server.ts';
import { openDouyinRoom } from '../sim/douyin-room/server.ts';
import { openQuietBus } from './quiet-bus.ts';
import { WorkerProcess } from './worker-process.ts';

export interface IngestTakeoverOptions {
  runs: number;
  signal: AbortSignal;
}

/** Longer than any take-over: then something is broken, and not slow. */
const mostMs = 30_000;
const sayEveryMs = 2;
/** So long a worker leads before it is killed: its place in the room is saved once a second, its spare reads it every other one. */
const leadMs = 4_000;

/**
 * How long, in milliseconds, from the kill -9 of ingest until the room hears from its spare that the first frame was read and kept: the
 * acknowledgement of that frame. This process plays the supervisor, and the room, in which somebody speaks all the time.
 */
export async function measureIngestTakeover({ runs, signal }: IngestTakeoverOptions): Promise<number[]> {
  const home = mkdtempSync(join(tmpdir(), 'onair-takeover-'));
  try {
    await using room = await openDouyinRoom({ scenario: { type: 'silent' } });
    const config = configFor(room);
    await using link = await openQuietBus(config, home);
    const talk = new AbortController();
    const talking = keepTalking(room, talk.signal);
    try {
      return await measureAll(runs, { link, home, config, room }, signal);
    } finally {
      talk.abort();
      await talking;
    }
  } finally {
    rmSync(home, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  }
}

interface Stage {
  link: BusLink;
  home: string;
  config: Config;
  room: DouyinRoom;
}

async function measureAll(runs: number, stage: Stage, signal: AbortSignal): Promise<number[]> {
  const measured: number[] = [];
  const workers: WorkerProcess[] = [];
  try {
    let active = await openSpare(stage, workers);
    active.start({ lease: 'ingest', epoch: 1 });
    for (let run = 0; run < runs; run++) {
      const deadline = AbortSignal.any([signal, AbortSignal.timeout(mostMs)]);
      await stage.room.untilConnected({ nth: run + 1, signal: deadline });
      const spare = await openSpare(stage, workers);
      await sleep(leadMs, undefined, { signal });
      const began = performance.now();
      const acked = firstAck(stage.room, run + 2, deadline);
      await active.kill();
      active = spare;
      active.start({ lease: 'ingest', epoch: run + 2 });
      await acked;
      measured.push(performance.now() - began);
    }
  } finally {
    for (const worker of workers) await worker.kill();
  }
  return measured;
}

async function openSpare({ link, home, config }: Stage, workers: WorkerProcess[]): Promise<WorkerProcess> {
  const worker = new WorkerProcess('ingest');
  workers.push(worker);
  await worker.initialise({
    id: 'ingest',
    role: 'ingest',
    subject: '',
    runId: 'bench',
    home,
    bus: link.accessFor('ingest'),
    config,
    previousAddress: '',
    poison: [],
    hurry: false,
  });
  return worker;
}

/** Resolves when the given connection, counted from 1, has acknowledged something. */
async function firstAck(room: DouyinRoom, nth: number, signal: AbortSignal): Promise<void> {
  const connection = await room.untilConnected({ nth, signal });
  while (connection.acks.length === 0) await sleep(1, undefined, { signal });
}

async function keepTalking(room: DouyinRoom, signal: AbortSignal): Promise<void> {
  for (let count = 0; !signal.aborted; count++) {
    room.chat({ text: `第${count}句` });
    await sleep(sayEveryMs, undefined, { signal }).catch(() => undefined);
  }
}

function configFor(room: DouyinRoom): Config {
  const source = {
    type: 'douyin',
    webRid: room.webRid,
    pageUrl: room.url,
    pushUrls: [new URL(room.wsUrl).origin],
  };
  return configSchema.parse({ ...(demoConfig as object), rooms: [{ id: 'demo', source }], simulators: [] });
}
