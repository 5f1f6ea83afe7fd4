import { readdirSync } from 'node:fs';
import type { Test } from 'tap';
import { pino } from 'pino';
import { configSchema } from '../../../../protocol/config.ts';
import { FillerTexts } from '../../../../workers/audio/fillers/filler-texts.ts';
import { Library } from '../../../../workers/audio/fillers/library.ts';
import { tone } from '../fixtures.ts';

const room = { id: 'demo', source: { type: 'douyin', webRid: 'demo' } };
export const lines = ['第一句。', '第二句。'];
export const promised = '稍等。';
const script = Array.from({ length: 20 }, (_, index) => `台词${String(index).padStart(2, '0')}。`);
export const idleLine = (index: number): string => script[index] ?? '';

export const soundOf = (ms: number, hz = 440) => ({
  pcm: tone({ hz, ms, rateHz: 24_000 }),
  sampleRateHz: 24_000,
});

/** A library in a folder, as one process after another opens it. */
export function openLibrary(
  t: Test,
  folder = t.testdir(),
  given: { keepIdleLines?: number; maxBytes?: number } = {},
) {
  const config = configSchema.parse({
    rooms: [room],
    audio: { fillers: { lines, promises: [promised] } },
    reply: { idle: [{ id: 'a', lines: script }] },
  });
  const texts = new FillerTexts(config);
  const warnings: string[] = [];
  const log = pino({ level: 'warn' }, { write: (line: string) => void warnings.push(line) });
  const counters: Record<string, number> = {};
  const plays: string[] = [];
  const duty = { mayWrite: true };
  const library = new Library({
    folder,
    texts,
    keepIdleLines: 5,
    maxBytes: 10_000_000,
    log,
    counters,
    mayWrite: () => duty.mayWrite,
    plays: () => plays,
    ...given,
  });
  const files = () => readdirSync(folder).toSorted();
  return { folder, library, texts, warnings, counters, plays, duty, files };
}
