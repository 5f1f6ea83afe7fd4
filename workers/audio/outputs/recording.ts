import {
  closeSync,
  fstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { bytesPerSample, outputRateHz, samplesOf } from '../format.ts';
import { readSidecar, writeSidecar } from './sidecar.ts';
import { self } from './sink-owner.ts';
import { wavHeader, wavHeaderBytes } from './wav-header.ts';

export interface RecordingOptions {
  /** `<room>.wav`; earlier ones become `<room>-<their start>.wav`. */
  file: string;
  /** A file of the same run is gone on with. */
  run: string;
  maxSamples: number;
  /** Unix milliseconds, of the first sample to come. */
  now: number;
}

const keptFiles = 24;
/** The header is never further behind than this. */
const headerEverySamples = samplesOf(200);
const silence = Buffer.alloc(samplesOf(1_000) * bytesPerSample);

/**
 * A WAV file that grows in real time and can be read at every moment, also after its writer was killed. Writes are synchronous: a
 * sink has nothing else to do, and what was taken is then on the system's side. Throws when the disk does.
 */
export class Recording {
  readonly #options: RecordingOptions;
  #fd: number;
  #samples = 0;
  #inHeader = 0;

  constructor(options: RecordingOptions) {
    this.#options = options;
    mkdirSync(dirname(options.file), { recursive: true });
    const startedAt = this.#continuedFrom();
    if (startedAt === undefined) {
      setAside(options.file);
      this.#fd = this.#begin(options.now);
      return;
    }
    writeSidecar(options.file, { run: options.run, startedAt, owner: self() });
    this.#fd = openSync(options.file, 'r+');
    const dataBytes = Math.max(0, fstatSync(this.#fd).size - wavHeaderBytes);
    this.#samples = Math.floor(dataBytes / bytesPerSample);
    this.#writeHeader();
    this.#pad(Math.round(((options.now - startedAt) / 1_000) * outputRateHz) - this.#samples);
  }

  /** Adds whole samples; `now` is only used as the start of the next file when this one is full. */
  write(pcm: Buffer, now: number): void {
    for (let rest = pcm; rest.byteLength > 0;) {
      const space = (this.#options.maxSamples - this.#samples) * bytesPerSample;
      if (space <= 0) {
        this.#rotate(now);
        continue;
      }
      const piece = rest.subarray(0, space);
      writeAll(this.#fd, piece, wavHeaderBytes + this.#samples * bytesPerSample);
      this.#samples += piece.byteLength / bytesPerSample;
      rest = rest.subarray(piece.byteLength);
      if (this.#samples - this.#inHeader >= headerEverySamples) this.#writeHeader();
    }
  }

  close(): void {
    this.#writeHeader();
    closeSync(this.#fd);
  }

  /** When the file that is there began, if it is to be gone on with. */
  #continuedFrom(): number | undefined {
    const { file, run, maxSamples, now } = this.#options;
    const sidecar = readSidecar(file);
    if (sidecar?.run !== run || !exists(file)) return undefined;
    // After a long sleep of the host a new file says more than hours of silence.
    return ((now - sidecar.startedAt) / 1_000) * outputRateHz > maxSamples ? undefined : sidecar.startedAt;
  }

  #begin(now: number): number {
    const { file, run } = this.#options;
    writeSidecar(file, { run, startedAt: now, owner: self() });
    const fd = openSync(file, 'w+');
    writeAll(fd, wavHeader(0), 0);
    this.#samples = 0;
    this.#inHeader = 0;
    return fd;
  }

  #rotate(now: number): void {
    this.close();
    setAside(this.#options.file);
    this.#fd = this.#begin(now);
  }

  #pad(samples: number): void {
    for (let left = samples * bytesPerSample; left > 0; left -= silence.byteLength) {
      this.write(silence.subarray(0, left), this.#options.now);
    }
  }

  #writeHeader(): void {
    writeAll(this.#fd, wavHeader(this.#samples * bytesPerSample), 0);
    this.#inHeader = this.#samples;
  }
}

/** Renames the recording that is there after its start, and takes away the oldest of those. */
function setAside(file: string): void {
  if (!exists(file)) return;
  const startedAt = readSidecar(file)?.startedAt ?? statSync(file).mtimeMs;
  const stem = basename(file, '.wav');
  const stamp = new Date(startedAt).toISOString().replaceAll(/[:.]/g, '-');
  renameSync(file, join(dirname(file), `${stem}-${stamp}.wav`));
  for (const name of oldest(readdirSync(dirname(file)), stem))
    rmSync(join(dirname(file), name), { force: true });
}

/** Those of a room's set-aside files that are beyond the number kept. A room's name may be the beginning of another's. */
export function oldest(names: string[], stem: string): string[] {
  const stamp = /^\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d-\d{3}Z\.wav$/;
  return names
    .filter((name) => name.startsWith(`${stem}-`) && stamp.test(name.slice(stem.length + 1)))
    .sort()
    .reverse()
    .slice(keptFiles);
}

function writeAll(fd: number, bytes: Buffer, position: number): void {
  for (let done = 0; done < bytes.byteLength;) {
    done += writeSync(fd, bytes, done, bytes.byteLength - done, position + done);
  }
}

function exists(file: string): boolean {
  return statSync(file, { throwIfNoEntry: false }) !== undefined;
}
