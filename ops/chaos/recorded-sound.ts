import { closeSync, openSync, readFileSync, readSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Span } from './longest-silence.ts';

const headerBytes = 44;
const frameMs = 20;
const blockFrames = 500;
/** Of 32,767: far below any voice, above what is left of a fade. */
const audible = 100;

/** When something was to be heard in a room, in frames of 20 ms, from its recordings in their order. */
export function* recordedSound(home: string, room: string): Generator<Span> {
  for (const { file, startedAt } of findRecordings(home, room)) yield* soundOf(file, startedAt);
}

/** The recordings of a room in their order; `startedAt` in unix milliseconds. */
export function findRecordings(home: string, room: string): { file: string; startedAt: number }[] {
  const folder = join(home, 'audio');
  const files = readdirSync(folder).flatMap((name) => {
    const startedAt = startOf(folder, name, room);
    return startedAt === undefined ? [] : [{ file: join(folder, name), startedAt }];
  });
  return files.toSorted((a, b) => a.startedAt - b.startedAt);
}

/** The running recording has its start in a file beside it, those set aside have it in their name. */
function startOf(folder: string, name: string, room: string): number | undefined {
  if (name === `${room}.wav`) {
    const sidecar = JSON.parse(readFileSync(join(folder, `${name}.json`), 'utf8')) as { startedAt: number };
    return sidecar.startedAt;
  }
  const stamp = /^(\d{4}-\d\d-\d\dT\d\d)-(\d\d)-(\d\d)-(\d{3}Z)\.wav$/.exec(name.replace(`${room}-`, ''));
  if (!stamp || !name.startsWith(`${room}-`)) return undefined;
  return Date.parse(`${stamp[1]}:${stamp[2]}:${stamp[3]}.${stamp[4]}`);
}

function* soundOf(file: string, startedAt: number): Generator<Span> {
  const fd = openSync(file, 'r');
  try {
    const header = Buffer.alloc(headerBytes);
    readSync(fd, header, 0, headerBytes, 0);
    const sampleRateHz = header.readUInt32LE(24);
    if (
      header.toString('latin1', 8, 16) !== 'WAVEfmt ' ||
      header.readUInt16LE(34) !== 16 ||
      sampleRateHz === 0
    )
      throw new Error(`${file} is no recording of ours`);
    const frameBytes = Math.round((sampleRateHz * frameMs) / 1_000) * 2;
    const block = Buffer.alloc(frameBytes * blockFrames);
    for (let frames = 0; ;) {
      const bytes = readSync(fd, block, 0, block.byteLength, headerBytes + frames * frameBytes);
      const whole = Math.floor(bytes / frameBytes);
      if (whole === 0) return;
      for (let index = 0; index < whole; index++) {
        const fromMs = startedAt + (frames + index) * frameMs;
        if (isAudible(block, index * frameBytes, frameBytes)) yield { fromMs, toMs: fromMs + frameMs };
      }
      frames += whole;
    }
  } finally {
    closeSync(fd);
  }
}

function isAudible(block: Buffer, from: number, length: number): boolean {
  for (let at = from; at < from + length; at += 2) if (Math.abs(block.readInt16LE(at)) > audible) return true;
  return false;
}
