import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Test } from 'tap';
import { decodeAs } from '../../../protocol/codec.ts';
import type { AudioChunk, Outcome, Playhead, Segment } from '../../../protocol/speech.ts';
import { maxChunkBytes } from '../../../protocol/speech.ts';
import { audioSubject, outcomeSubject, playheadSubject } from '../../../protocol/subjects.ts';
import type { ChildOptions } from '../../../protocol/ipc.ts';
import { WorkerProcess } from '../../../ops/bench/worker-process.ts';
import type { Bus } from '../../../workers/bus.ts';
import { openBus } from '../../../workers/open-bus.ts';
import { openLogger } from '../../../workers/logger.ts';
import { HostedChild, childOptions } from '../../support/child-host.ts';
import { accessTo, startNats } from '../../support/nats.ts';
import type { TestNats } from '../../support/nats.ts';
import { chunkOf, strengthOf } from './fixtures.ts';
import { readWav } from './outputs/wav.ts';

/** A real audio worker against a real bus, and the listener's ear: the recording. */
export class HostedRoom {
  readonly home: string;
  readonly file: string;
  readonly bus: Bus;
  readonly #t: Test;
  readonly url: string;
  readonly #stop: AbortController;
  /** Ends the server, for good. */
  readonly stopBus: () => Promise<void>;

  private constructor(t: Test, { nats, bus, stop }: { nats: TestNats; bus: Bus; stop: AbortController }) {
    this.#t = t;
    this.url = nats.url;
    this.stopBus = async () => await nats.stop();
    this.#stop = stop;
    this.bus = bus;
    this.home = t.testdir();
    this.file = join(this.home, 'audio', 'demo.wav');
  }

  static async open(t: Test): Promise<HostedRoom> {
    const nats = await startNats(t);
    const { url } = nats;
    const stop = new AbortController();
    const log = openLogger({});
    log.level = 'silent';
    const bus = await openBus({ access: accessTo(url), name: 'test', log, signal: stop.signal });
    t.teardown(async () => {
      stop.abort();
      await bus[Symbol.asyncDispose]();
    });
    return new HostedRoom(t, { nats, bus, stop });
  }

  /** Starts a worker for the room; one after another are of the same run. */
  async start(
    audio: Record<string, unknown> = { outputs: ['file'] },
    {
      hurry = false,
      afterDeath = '',
      isTrial = false,
    }: Partial<Pick<ChildOptions, 'hurry' | 'afterDeath' | 'isTrial'>> = {},
  ): Promise<HostedChild> {
    const options = { ...this.#options(audio), hurry, afterDeath, isTrial };
    const child = new HostedChild(this.#t, { entry: 'workers/audio/main.ts', options });
    await child.start();
    return child;
  }

  /** A worker that is ready and waits for its order. */
  async spare(audio: Record<string, unknown> = { outputs: ['file'] }): Promise<WorkerProcess> {
    const worker = new WorkerProcess('audio');
    this.#t.teardown(async () => await worker.kill());
    await worker.initialise(this.#options(audio));
    return worker;
  }

  #options(audio: Record<string, unknown>): ChildOptions {
    return childOptions({
      id: 'audio:demo',
      role: 'audio',
      subject: 'demo',
      home: this.home,
      bus: accessTo(this.url),
      // Where a test says nothing of it, nobody fills the room while the test is looked at.
      config: { audio: { fillers: { afterMs: 60_000 }, ...audio } },
    });
  }

  async publish(chunk: AudioChunk): Promise<void> {
    const { signal } = this.#stop;
    await this.bus.publish(audioSubject('demo'), 'chunk', chunk, { msgId: chunk.id, signal });
  }

  /** Publishes a segment's sound in as many chunks as it needs. */
  async say(segment: Segment, pcm: Int16Array, sampleRateHz = 24_000): Promise<void> {
    const bytes = new Uint8Array(pcm.buffer, pcm.byteOffset, pcm.byteLength);
    const count = Math.ceil(bytes.byteLength / maxChunkBytes);
    for (let index = 0; index < count; index++) {
      const piece = bytes.subarray(index * maxChunkBytes, (index + 1) * maxChunkBytes);
      await this.publish(chunkOf(segment, { index, last: index === count - 1, pcm: piece, sampleRateHz }));
    }
  }

  /** The ledger, once it has so many entries. */
  async outcomes(count: number): Promise<Outcome[]> {
    const found: Outcome[] = [];
    const filter = outcomeSubject('demo', 'spoken').replace('spoken', '*');
    const options = { filter, from: { seq: 1 }, signal: this.#stop.signal };
    for await (const { body } of this.bus.read('OUTCOME', 'outcome', options)) {
      found.push(body);
      if (found.length >= count) break;
    }
    return found;
  }

  /** Waits until the worker says that it is so. */
  async playhead(matches: (playhead: Playhead) => boolean): Promise<Playhead> {
    for await (const { message } of this.bus.listen(playheadSubject('demo'), this.#stop.signal)) {
      if (message.type === 'playhead' && matches(message.body)) return message.body;
    }
    throw new Error('The bus ended');
  }

  /** What a successor would find. */
  async kept(): Promise<Playhead> {
    const entry = await (await this.bus.bucket('playhead')).get('demo');
    if (!entry) throw new Error('No playhead was kept');
    return decodeAs('playhead', entry.value);
  }

  /** Who writes the recording. */
  sinkPid(): number {
    const sidecar = JSON.parse(readFileSync(`${this.file}.json`, 'utf8')) as { owner: { pid: number } };
    return sidecar.owner.pid;
  }
}

/** Which of some tones were heard one after the other, and for how long each time, in ms. Anything else is silence. */
export function heardTones(file: string, tones: number[]): { hz: number; ms: number }[] {
  const { samples, rateHz } = readWav(file);
  const runs: { hz: number; ms: number }[] = [];
  const step = rateHz / 100;
  let previous = 0;
  for (let at = 0; at + step <= samples.length; at += step) {
    const piece = samples.subarray(at, at + step);
    const [best] = tones
      .map((hz) => ({ hz, strength: strengthOf(hz, piece, rateHz) }))
      .sort((a, b) => b.strength - a.strength);
    const hz = best && best.strength > 3_000 ? best.hz : 0;
    const run = runs.at(-1);
    if (hz > 0 && hz === previous && run) run.ms += 10;
    else if (hz > 0) runs.push({ hz, ms: 10 });
    previous = hz;
  }
  return runs;
}
