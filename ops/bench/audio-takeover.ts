import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import type { Config } from '../../protocol/config.ts';
import { configSchema, demoConfig } from '../../protocol/config.ts';
import { chunkId, segmentId } from '../../protocol/ids.ts';
import type { ChildOptions } from '../../protocol/ipc.ts';
import type { Segment } from '../../protocol/speech.ts';
import { maxChunkBytes } from '../../protocol/speech.ts';
import { audioSubject, playheadSubject } from '../../protocol/subjects.ts';
import type { BusLink } from '../../supervisor/bus-link.ts';
import { Bus } from '../../workers/bus.ts';
import { delay } from '../../workers/delay.ts';
import { findJoints, markedSound } from './marked-sound.ts';
import { openQuietBus } from './quiet-bus.ts';
import { WorkerProcess } from './worker-process.ts';

/** Milliseconds of each take-over, as a listener hears them in the recording. */
export interface AudioTakeover {
  gapMs: number[];
  repeatedMs: number[];
  lostMs: number[];
}

export interface AudioTakeoverOptions {
  runs: number;
  signal: AbortSignal;
}

const room = 'demo';
const utteranceId = 'u:bench';
const segmentMs = 4_000;
const sampleRateHz = 48_000;
const wavHeaderBytes = 44;
/** So much sound waits, as in a room that has something to say. */
const aheadMs = 12_000;
/** Heard before the next one is killed. */
const betweenMs = 400;
/** A kill happens somewhere between two playheads. */
const phaseMs = 120;
/** Longer than any take-over: then something is broken, and not slow. */
const mostMs = 60_000;

/**
 * What listeners hear of the kill -9 of an audio worker in the middle of a sentence, while a spare stands by. This process plays the
 * supervisor: it starts the spare as soon as it hears of the end.
 */
export async function measureAudioTakeover(options: AudioTakeoverOptions): Promise<AudioTakeover> {
  const home = mkdtempSync(join(tmpdir(), 'onair-takeover-'));
  const log = pino({ level: 'silent' });
  const config = configSchema.parse({
    ...Object(demoConfig),
    audio: { outputs: ['file'], recordMaxMinutes: 1_440 },
  });
  try {
    await using link = await openQuietBus(config, home);
    const { connection } = link;
    if (!connection) throw new Error('The bus was lost as soon as it was there');
    await using bus = new Bus({ connection, log });
    const killedAt = await killAll(options, { link, home, config, bus });
    return measure(readSamples(join(home, 'audio', `${room}.wav`)), killedAt);
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

/** Returns at which millisecond of the sound each one was killed, as far as its playheads have told. */
async function killAll({ runs, signal: stop }: AudioTakeoverOptions, stage: Stage): Promise<number[]> {
  const over = new AbortController();
  const signal = AbortSignal.any([stop, over.signal]);
  const show = new Show(stage.bus, signal);
  const killedAt: number[] = [];
  const workers: WorkerProcess[] = [];
  const spawn = async (): Promise<WorkerProcess> => {
    const worker = new WorkerProcess('audio');
    workers.push(worker);
    await worker.initialise(optionsFor(stage));
    return worker;
  };
  try {
    let active = await spawn();
    active.start({ lease: `audio:${room}`, epoch: 1 });
    await show.heard(betweenMs);
    for (let run = 0; run < runs; run++) {
      const spare = await spawn();
      await show.heard(show.atMs + betweenMs);
      await delay((run * 37) % phaseMs, signal);
      killedAt.push(show.atMs);
      await active.kill();
      spare.start({ lease: `audio:${room}`, epoch: run + 2 });
      active = spare;
      await show.heard(show.atMs + betweenMs);
    }
    active.send({ kind: 'drain', deadlineMs: 1_000, handOver: false });
    await active.ended;
  } finally {
    over.abort();
    await Promise.all(workers.map(async (worker) => await worker.kill()));
    await show.over;
  }
  return killedAt;
}

/** One utterance that never ends, said ahead of who plays it. */
class Show {
  readonly #bus: Bus;
  readonly #signal: AbortSignal;
  readonly over: Promise<unknown>;
  /** How far the listeners are, in milliseconds. */
  atMs = 0;
  #onHeard = Promise.withResolvers<void>();

  constructor(bus: Bus, signal: AbortSignal) {
    this.#bus = bus;
    this.#signal = signal;
    this.over = Promise.all([this.#listen(), this.#speak()]);
  }

  async heard(ms: number): Promise<void> {
    const deadline = AbortSignal.any([this.#signal, AbortSignal.timeout(mostMs)]);
    while (this.atMs < ms) {
      deadline.throwIfAborted();
      await Promise.race([this.#onHeard.promise, delay(1_000, deadline)]);
    }
  }

  async #listen(): Promise<void> {
    for await (const { message } of this.#bus.listen(playheadSubject(room), this.#signal)) {
      if (message.type !== 'playhead' || message.body.utteranceId !== utteranceId) continue;
      this.atMs = message.body.segmentIndex * segmentMs + message.body.offsetMs;
      this.#onHeard.resolve();
      this.#onHeard = Promise.withResolvers<void>();
    }
  }

  async #speak(): Promise<void> {
    for (let index = 0; !this.#signal.aborted; index++) {
      try {
        await this.#say(index);
        while (index * segmentMs > this.atMs + aheadMs && !this.#signal.aborted)
          await delay(100, this.#signal);
      } catch (error) {
        if (!this.#signal.aborted) throw error;
      }
    }
  }

  async #say(index: number): Promise<void> {
    const pcm = new Uint8Array(markedSound(index * segmentMs, segmentMs).buffer);
    const last = Math.ceil(pcm.byteLength / maxChunkBytes) - 1;
    for (let part = 0; part <= last; part++) {
      const segment = segmentOf(index);
      const id = chunkId(segment.id, 'r', part);
      const body = {
        id,
        segment,
        rendition: 'r',
        index: part,
        last: part === last,
        sampleRateHz,
        pcm: pcm.subarray(part * maxChunkBytes, (part + 1) * maxChunkBytes),
        missingReason: '',
        engine: 'bench',
      };
      await this.#bus.publish(audioSubject(room), 'chunk', body, { msgId: id, signal: this.#signal });
    }
  }
}

function segmentOf(index: number): Segment {
  return {
    id: segmentId(utteranceId, index),
    room,
    utteranceId,
    index,
    last: false,
    text: `${index}.`,
    priority: 'normal',
    voice: '',
    causes: [],
    createdAt: Date.now(),
    expiresAt: Date.now() + 600_000,
    script: [],
    idleScript: '',
  };
}

/** A joint belongs to the kill before it; those where a sentence meets the next one show nothing. */
function measure(samples: Int16Array, killedAt: number[]): AudioTakeover {
  const joints = findJoints(samples);
  const result: AudioTakeover = { gapMs: [], repeatedMs: [], lostMs: [] };
  for (const [run, from] of killedAt.entries()) {
    const to = killedAt[run + 1] ?? Infinity;
    const own = joints.filter(({ afterMs }) => afterMs >= from - 1 && afterMs < to - 1);
    for (const what of ['gapMs', 'repeatedMs', 'lostMs'] as const)
      result[what].push(own.reduce((sum, joint) => sum + joint[what], 0));
  }
  return result;
}

/** By the file's length, since its header may be a moment behind. */
function readSamples(file: string): Int16Array {
  const bytes = readFileSync(file).subarray(wavHeaderBytes);
  return new Int16Array(new Uint8Array(bytes).buffer, 0, Math.floor(bytes.byteLength / 2));
}

function optionsFor({ link, home, config }: Stage): ChildOptions {
  return {
    id: `audio:${room}`,
    role: 'audio',
    subject: room,
    runId: 'bench',
    home,
    bus: link.accessFor('audio'),
    config,
    previousAddress: '',
    poison: [],
    hurry: false,
  };
}
