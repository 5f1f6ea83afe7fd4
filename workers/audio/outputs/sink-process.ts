import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { delay } from '../../delay.ts';
import { bytesPerSample, frameSamples, msOf, samplesOf } from '../format.ts';
import { LastWords } from './last-words.ts';
import { Unplayed } from './unplayed.ts';

/** A program that plays, or keeps, what it reads from standard input. */
export interface SinkSpec {
  /** For people: `speaker`, `player (aplay)`, `file`. */
  name: string;
  command: string;
  args: string[];
  /** Beside what this process has. */
  env?: Record<string, string>;
  /** It says on standard output how many bytes it has consumed (`consumed <total>` per line), and where it can be heard (`listening <url>`). */
  reports: boolean;
  /** Silence that goes ahead of the first frame, so that a device's buffer is never empty. */
  primeMs: number;
  /** Until its first byte it touches neither device nor file, so that it may be started long before. */
  canWait: boolean;
  /** It keeps time itself: what the clock lost or the pipe dropped is given to it as silence. */
  keepsTime: boolean;
}

export interface SinkFigures {
  dropped: (samples: number) => void;
  /** It can be heard at this address. */
  listening?: (url: string) => void;
}

const frameBytes = frameSamples * bytesPerSample;
/** Most sound that waits in the pipe; beyond it the newest is dropped. */
const maxBacklogBytes = samplesOf(1_000) * bytesPerSample;
/** A sink that has sound and takes none of it for so long is dead. */
const stallMs = 2_000;
const lastWordsMs = 200;
const silenceBytes = samplesOf(200) * bytesPerSample;
const silence = Buffer.alloc(silenceBytes);
/** Longest silence that is made up for at once; after that the recording is simply shorter. */
const maxOwedBytes = samplesOf(600_000) * bytesPerSample;

/** A running sink. It never throws: whatever happens to it ends in `ended`, with a reason for people. */
export class SinkProcess implements AsyncDisposable {
  readonly spec: SinkSpec;
  /** Resolves once it is gone. */
  readonly ended: Promise<string>;
  /** Resolves once it reads, as far as it says so, or is gone. */
  readonly ready: Promise<unknown>;
  readonly #process: ChildProcess;
  readonly #stdin: Writable;
  readonly #figures: SinkFigures;
  readonly #lastWords: LastWords;
  readonly #reports = Promise.withResolvers<void>();
  #sent = 0;
  /** Of what was sent: frames, not the silence ahead of them or between. */
  #written = 0;
  #consumed = 0;
  #owed = 0;
  readonly #unplayed = new Unplayed();
  #diedAt: number | undefined;
  #lastProgressAt: number;
  readonly #disposed = new AbortController();
  #reason = '';
  #over = false;

  /** `now` on a monotonic clock in milliseconds, as everywhere here. */
  constructor(spec: SinkSpec, { now, figures }: { now: number; figures: SinkFigures }) {
    this.spec = spec;
    this.#figures = figures;
    this.#lastProgressAt = now;
    // Its own process group: the terminal's Ctrl+C must not silence what still has to be said.
    const detached = process.platform !== 'win32';
    this.#process = spawn(spec.command, spec.args, {
      env: { ...process.env, ...spec.env },
      stdio: ['pipe', spec.reports ? 'pipe' : 'ignore', 'pipe'],
      detached,
      windowsHide: true,
    });
    const { stdin, stdout, stderr } = this.#process;
    if (!stdin || !stderr) throw new Error('A sink was spawned without pipes');
    this.#stdin = stdin;
    this.#lastWords = new LastWords(stderr);
    // A broken pipe is the sink's end, which says more.
    stdin.on('error', () => undefined);
    if (stdout) this.#readReports(stdout);
    else this.#reports.resolve();
    this.ended = this.#watchEnd();
    this.ready = Promise.race([this.#reports.promise, this.ended]);
  }

  get pid(): number | undefined {
    return this.#process.pid;
  }

  get isOver(): boolean {
    return this.#over;
  }

  /** The system has all that was sent: it reaches the sink even when this process is killed. */
  get isDelivered(): boolean {
    return this.#stdin.writableLength === 0;
  }

  /**
   * Samples of frames that were sent and cannot have been heard, or are not consumed as far as is known. A device's buffers die with its
   * program, so of what it has taken only that counts for which there was time.
   */
  get unheardSamples(): number {
    const isDevice = this.spec.primeMs > 0;
    const unplayedMs = isDevice ? this.#unplayed.ms(this.#diedAt ?? performance.now()) : 0;
    const unheard = Math.max(this.#backlog(), samplesOf(unplayedMs) * bytesPerSample);
    return Math.max(0, Math.min(unheard, this.#written)) / bytesPerSample;
  }

  /** The next frame would be taken. A program that has only just been started may take a second before it reads. */
  get hasRoom(): boolean {
    return !this.#over && this.#owed === 0 && this.#backlog() + frameBytes <= maxBacklogBytes;
  }

  write(frame: Buffer, now: number): void {
    if (this.#over) return;
    if (this.#isStalled(now)) return this.#end(`took no sound for ${stallMs} ms`);
    if (this.#sent === 0) this.#prime();
    this.#payOwed();
    if (this.#owed === 0 && this.#backlog() + frame.byteLength <= maxBacklogBytes) {
      this.#written += frame.byteLength;
      return this.#send(frame);
    }
    this.#figures.dropped(frame.byteLength / bytesPerSample);
    this.#owe(frame.byteLength);
  }

  /** The listeners heard nothing for so long. */
  skip(samples: number): void {
    this.#owe(samples * bytesPerSample);
  }

  /** Says that nothing follows, lets it play out what it has, and ends it by force at the deadline. */
  async end(deadlineMs: number): Promise<void> {
    if (!this.#over) this.#stdin.end();
    const waiting = new AbortController();
    await Promise.race([this.ended, delay(deadlineMs, waiting.signal)]);
    waiting.abort();
    if (!this.#over) this.#end('did not end in time');
    await this.ended;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.end(1_000);
  }

  #prime(): void {
    if (this.spec.primeMs > 0) this.#send(Buffer.alloc(samplesOf(this.spec.primeMs) * bytesPerSample));
  }

  #send(bytes: Buffer): void {
    this.#sent += bytes.byteLength;
    this.#unplayed.sent(msOf(bytes.byteLength / bytesPerSample), performance.now());
    this.#stdin.write(bytes, () => {
      if (!this.spec.reports) this.#progress(this.#consumed + bytes.byteLength);
    });
  }

  /** For a foreign program only what left our side is known: what lies in the pipe counts as heard. */
  #progress(consumed: number): void {
    if (consumed > this.#consumed) this.#lastProgressAt = performance.now();
    this.#consumed = consumed;
  }

  #backlog(): number {
    return this.#sent - this.#consumed;
  }

  #isStalled(now: number): boolean {
    if (this.#backlog() === 0) this.#lastProgressAt = now;
    return now - this.#lastProgressAt > stallMs;
  }

  #owe(bytes: number): void {
    if (this.spec.keepsTime) this.#owed = Math.min(maxOwedBytes, this.#owed + bytes);
  }

  #payOwed(): void {
    while (this.#owed > 0 && this.#backlog() + silenceBytes <= maxBacklogBytes) {
      const bytes = Math.min(this.#owed, silenceBytes);
      this.#owed -= bytes;
      this.#send(silence.subarray(0, bytes));
    }
  }

  #readReports(stdout: Readable): void {
    let rest = '';
    stdout.setEncoding('utf8').on('data', (text: string) => {
      const lines = (rest + text).slice(-4_096).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines)
        if (line.startsWith('listening ')) this.#figures.listening?.(line.slice('listening '.length));
      const consumed = Number(lines.at(-1)?.replace('consumed ', ''));
      if (!Number.isSafeInteger(consumed)) return;
      this.#reports.resolve();
      this.#progress(consumed);
    });
  }

  async #watchEnd(): Promise<string> {
    const { promise, resolve } = Promise.withResolvers<string>();
    const closed = Promise.withResolvers<true>();
    this.#process.once('error', (error) => resolve(error.message));
    this.#process.once('exit', (code, signal) =>
      resolve(signal ? `ended by ${signal}` : `exit code ${code}`),
    );
    this.#process.once('close', () => closed.resolve(true));
    const how = await promise;
    this.#over = true;
    this.#diedAt = performance.now();
    this.#stdin.destroy();
    // Its last words may still be on the way; a grandchild that holds the pipe must not keep us.
    await Promise.race([closed.promise, delay(lastWordsMs, this.#disposed.signal)]);
    return [this.#reason || how, this.#lastWords.text].filter(Boolean).join(': ');
  }

  #end(reason: string): void {
    this.#reason ||= reason;
    this.#disposed.abort();
    this.#kill();
  }

  /** With everything that it started, where there are process groups. */
  #kill(): void {
    const { pid } = this.#process;
    if (this.#over || pid === undefined) return;
    try {
      if (process.platform === 'win32') this.#process.kill('SIGKILL');
      else process.kill(-pid, 'SIGKILL');
    } catch {
      // It ended a moment ago, which `ended` tells.
    }
  }
}
