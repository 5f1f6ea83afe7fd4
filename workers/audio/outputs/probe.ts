import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { delay } from '../../delay.ts';
import { bytesPerSample, samplesOf } from '../format.ts';
import { LastWords } from './last-words.ts';

export interface ProbeOptions {
  command: string;
  args: string[];
  /** Beside what this process has. */
  env?: Record<string, string> | undefined;
  /** Silence that it is given to play. 0: it has its own way to find out. */
  feedMs: number;
  timeoutMs: number;
  signal: AbortSignal;
}

/** A device takes as long for sound as the sound does. Less than a third of it is allowed for: players and servers take some ahead. */
const leastShare = 1 / 3;
const lookEveryMs = 20;

/**
 * Runs an output on a bit of silence. Nothing when it works, else what was wrong, for people. Works: it takes the sound no faster than a
 * device would (ALSA's `null` swallows any length at once, and nobody hears it), and does not fail meanwhile.
 *
 * That an output swallows too fast can be seen only here. Later it is written to in real time, and what is taken too fast then looks
 * like what is taken in time.
 */
export async function probe(options: ProbeOptions): Promise<string> {
  const { command, args, env, feedMs, timeoutMs, signal } = options;
  const deadline = AbortSignal.timeout(timeoutMs);
  const child = spawn(command, args, {
    stdio: ['pipe', 'ignore', 'pipe'],
    env: { ...process.env, ...env },
    signal: AbortSignal.any([signal, deadline]),
    killSignal: 'SIGKILL',
    windowsHide: true,
  });
  const lastWords = new LastWords(child.stderr);
  // A program that does not even read says so by its exit.
  child.stdin.on('error', () => undefined);
  const bytes = samplesOf(feedMs) * bytesPerSample;
  child.stdin.end(Buffer.alloc(bytes));
  const closed = once(child, 'close') as Promise<[number | null, string | null]>;
  const over = new AbortController();
  const pace = new Pace(child.pid, bytes);
  const leastMs = feedMs * leastShare;
  const paced = feedMs > 0 ? watch(pace, leastMs, over.signal) : new Promise<never>(() => undefined);
  try {
    const end = await Promise.race([closed, paced]);
    if (end === 'in time') {
      child.kill('SIGKILL');
      await closed;
      return '';
    }
    const [code, by] = end;
    if (code !== 0)
      return [lastWords.text, by ? `ended by ${by}` : `exit code ${code}`].filter(Boolean).join(', ');
    const tookMs = pace.tookMs();
    if (tookMs >= leastMs) return '';
    return `it takes sound faster than any device (${feedMs} ms in ${Math.round(tookMs)} ms)`;
  } catch (error) {
    if (deadline.aborted)
      return [`did not play within ${timeoutMs} ms`, lastWords.text].filter(Boolean).join(': ');
    return error instanceof Error ? error.message : String(error);
  } finally {
    over.abort();
  }
}

/** Resolves when it is seen to take its time, so that nobody has to wait for the end; never when that cannot be seen. */
async function watch(pace: Pace, leastMs: number, signal: AbortSignal): Promise<'in time'> {
  while (await delay(lookEveryMs, signal)) {
    pace.look();
    if (pace.hasHalf && pace.tookMs() >= leastMs) return 'in time';
  }
  return await new Promise<never>(() => undefined);
}

/** Since when a program has at least half of its sound; where it cannot be known what a program has read, since its start. */
class Pace {
  readonly #pid: number | undefined;
  readonly #bytes: number;
  #since = performance.now();
  #lookedAt = this.#since;
  hasHalf = false;

  constructor(pid: number | undefined, bytes: number) {
    this.#pid = pid;
    this.#bytes = bytes;
  }

  look(): void {
    if (this.hasHalf) return;
    const read = bytesRead(this.#pid);
    this.hasHalf = read !== undefined && read >= this.#bytes / 2;
    // It was still loading when it had not: that is not playing.
    if (this.hasHalf) this.#since = this.#lookedAt;
    this.#lookedAt = performance.now();
  }

  tookMs(): number {
    return performance.now() - this.#since;
  }
}

/** What a process has read until now, from anywhere (Linux). */
function bytesRead(pid: number | undefined): number | undefined {
  if (process.platform !== 'linux' || pid === undefined) return undefined;
  try {
    const found = /^rchar: (\d+)$/m.exec(readFileSync(`/proc/${pid}/io`, 'utf8'));
    return found ? Number(found[1]) : undefined;
  } catch {
    return undefined;
  }
}
