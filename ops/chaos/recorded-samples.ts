import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { outputRateHz } from '../../workers/audio/format.ts';
import { findRecordings } from './recorded-sound.ts';

const headerBytes = 44;

/**
 * What was recorded in a room from `fromMs` (unix milliseconds) on, in one piece: a full file is gone on with in the next one in the
 * middle of a word, so that only together they hold what was said. Time between two recordings is left out.
 */
export function recordedSamples(home: string, room: string, fromMs: number): Int16Array {
  const pieces = findRecordings(home, room).map(({ file, startedAt }) => {
    const skipped = Math.max(0, Math.floor(((fromMs - startedAt) / 1_000) * outputRateHz));
    return readSamples(file, skipped);
  });
  const all = new Int16Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    all.set(piece, at);
    at += piece.length;
  }
  return all;
}

function readSamples(file: string, from: number): Int16Array {
  const fd = openSync(file, 'r');
  try {
    const total = Math.floor((fstatSync(fd).size - headerBytes) / 2);
    const samples = new Int16Array(Math.max(0, total - from));
    readSync(fd, samples, 0, samples.byteLength, headerBytes + from * 2);
    return samples;
  } finally {
    closeSync(fd);
  }
}
