import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import t from 'tap';
import { DecodingThread } from '../../../../workers/audio/mix/decoding-thread.ts';
import { sine, wavFile } from './wav-file.ts';
import type { ThreadReport } from '../../../../workers/audio/mix/music-messages.ts';

void t.test('DecodingThread sends as many blocks as were asked for, and no more', async (t) => {
  const folder = t.testdir();
  const channels = [sine(440, 48_000, 0.5)];
  const form = { encoding: 'integer', bits: 16, rateHz: 48_000 } as const;
  writeFileSync(join(folder, 'a.wav'), wavFile({ ...form, channels, samples: 48_000 }));
  const reports: ThreadReport[] = [];
  let seen: () => void = () => undefined;
  const until = async (holds: () => boolean) => {
    while (!holds()) await new Promise<void>((resolve) => (seen = resolve));
  };
  const blocks = () => reports.filter(({ kind }) => kind === 'block').length;
  await using thread = new DecodingThread({
    instructions: () => [
      { kind: 'play', folder, shuffle: false, from: undefined, avoid: undefined, blocks: 2 },
      { kind: 'load', priority: 'urgent', file: join(folder, 'a.wav') },
    ],
    onReport: (report) => {
      reports.push(report);
      seen();
    },
    onEnd: (reason) => t.fail(reason),
  });
  await until(() => blocks() === 2 && reports.some(({ kind }) => kind === 'earcon'));
  // What it is told later it does later: nothing was on the way before.
  thread.tell({ kind: 'load', priority: 'normal', file: join(folder, 'none.wav') });
  await until(() => reports.some(({ kind }) => kind === 'trouble'));
  t.equal(blocks(), 2);
  thread.tell({ kind: 'more' });
  await until(() => blocks() === 3);
});

void t.test('DecodingThread begins another one when it ends, with the same instructions', async (t) => {
  const folder = t.testdir({
    'dies.mjs': `import { parentPort } from 'node:worker_threads';
      parentPort.once('message', () => { throw new Error('no more'); });`,
  });
  let begun = 0;
  const twice = Promise.withResolvers<void>();
  const reasons: string[] = [];
  await using _thread = new DecodingThread({
    file: pathToFileURL(join(folder, 'dies.mjs')),
    instructions: () => {
      begun += 1;
      return [{ kind: 'more' }];
    },
    onReport: () => undefined,
    onEnd: (reason) => {
      reasons.push(reason);
      if (reasons.length === 2) twice.resolve();
    },
  });
  await twice.promise;
  t.equal(begun, 2);
  t.strictSame(reasons, ['no more', 'no more']);
});
