import { closeSync, fstatSync, openSync, watch } from 'node:fs';
import type { FSWatcher } from 'node:fs';
import { join } from 'node:path';
import { findRecordings } from '../../chaos/recorded-sound.ts';
import { wallNow } from '../supervisor/stage.ts';
import type { Growth } from './clock-reading.ts';
import { samplesPerMs } from './clock-reading.ts';

const headerBytes = 44;
/** Hours of frames. */
const maxKept = 1_000_000;

/** Sees a recording grow, at the moment at which the system tells of it: how it was written, rather than what is in it. */
export class GrowthWatch implements Disposable {
  /** In unix milliseconds on a monotonic clock. */
  readonly growth: Growth[] = [];
  readonly #startedAt: number;
  readonly #fd: number;
  readonly #watcher: FSWatcher;
  #isOver = false;

  /** Throws when there is no recording yet. */
  constructor(home: string, room: string) {
    this.#startedAt = findRecordings(home, room).at(-1)?.startedAt ?? NaN;
    const file = join(home, 'audio', `${room}.wav`);
    this.#fd = openSync(file, 'r');
    this.#watcher = watch(file, () => this.#look());
  }

  /** By how much the recording was behind the wall clock at best, over the last `withinMs`; negative: ahead. */
  behindMs(withinMs: number): number {
    const from = wallNow() - withinMs;
    const last = this.growth.slice(this.growth.findLastIndex(({ atMs }) => atMs < from) + 1);
    return Math.min(...last.map(({ atMs, samples }) => atMs - this.#startedAt - samples / samplesPerMs));
  }

  [Symbol.dispose](): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#watcher.close();
    closeSync(this.#fd);
  }

  #look(): void {
    if (this.#isOver) return;
    const atMs = wallNow();
    const samples = Math.floor((fstatSync(this.#fd).size - headerBytes) / 2);
    if (samples <= (this.growth.at(-1)?.samples ?? 0)) return;
    if (this.growth.length >= maxKept) this.growth.shift();
    this.growth.push({ atMs, samples });
  }
}
