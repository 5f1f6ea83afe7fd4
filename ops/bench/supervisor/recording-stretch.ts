import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { outputRateHz } from '../../../workers/audio/format.ts';
import { findRecordings } from '../../chaos/recorded-sound.ts';

const headerBytes = 44;
const perMs = outputRateHz / 1_000;

/** What was heard in a room from one unix millisecond to another, gaps between two recordings as silence; shorter when it goes on later. */
export function recordingStretch(home: string, room: string, fromMs: number, toMs: number): Int16Array {
  const samples = new Int16Array(Math.round((toMs - fromMs) * perMs));
  let end = 0;
  for (const { file, startedAt } of findRecordings(home, room)) {
    const fd = openSync(file, 'r');
    try {
      const total = Math.floor((fstatSync(fd).size - headerBytes) / 2);
      const offset = Math.round((fromMs - startedAt) * perMs);
      const into = Math.max(0, -offset);
      const from = Math.max(0, offset);
      const count = Math.min(samples.length - into, total - from);
      if (count <= 0) continue;
      readSync(fd, samples, into * 2, count * 2, headerBytes + from * 2);
      end = Math.max(end, into + count);
    } finally {
      closeSync(fd);
    }
  }
  return samples.subarray(0, end);
}
