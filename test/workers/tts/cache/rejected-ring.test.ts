import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { readWav } from '../../../support/wav.ts';
import { RejectedRing } from '../../../../workers/tts/cache/rejected-ring.ts';
import type { RejectedSound } from '../../../../workers/tts/cache/rejected-ring.ts';
import { Told, openFolder } from './sounds.ts';

const sound: RejectedSound = {
  samples: new Int16Array([1, -2, 3]),
  sampleRateHz: 16_000,
  engine: 'gpt-sovits',
  voice: 'a/b',
  reasons: ['silent', 'too short'],
  text: '字'.repeat(150),
};

function open(folder: string, keep = 3) {
  const told = new Told();
  const clock = { now: Date.UTC(2026, 10, 28, 5, 26, 0, 7) };
  const ring = new RejectedRing({ folder, keep, log: told.log, now: () => clock.now });
  return { ring, told, clock };
}

void t.test('RejectedRing keeps a sound that can be played, with what is known of it', async (t) => {
  const folder = join(openFolder(t), 'rejected');
  const { ring, told } = open(folder);
  ring.keep(sound);
  await ring.settled();
  const [line = '', wav = ''] = readdirSync(folder).sort();
  t.match(wav, /^20261128T052600007Z-gpt-sovits-silent\+too_short-[0-9a-f]{6}\.wav$/);
  t.equal(line, wav.replace('.wav', '.json'));
  t.same([...readWav(join(folder, wav)).samples], [1, -2, 3]);
  t.same(JSON.parse(readFileSync(join(folder, line), 'utf8')), {
    at: '2026-11-28T05:26:00.007Z',
    engine: 'gpt-sovits',
    voice: 'a/b',
    reasons: ['silent', 'too short'],
    text: '字'.repeat(100),
    sampleRateHz: 16_000,
    durationMs: 0,
  });
  t.same(told.warnings, []);
});

void t.test(
  'RejectedRing keeps the last ones, also those of other processes, and touches nothing else',
  async (t) => {
    const folder = openFolder(t);
    writeFileSync(join(folder, 'notes.txt'), 'x');
    const rings = [open(folder), open(folder)];
    for (let number = 0; number < 10; number++) {
      const { ring, clock } = rings[number % 2] ?? open(folder);
      clock.now += number * 1_000;
      ring.keep({ ...sound, engine: `e${number}` });
      await ring.settled();
    }
    const names = readdirSync(folder).sort();
    t.equal(names.length, 7);
    t.same(
      names.filter((name) => name.endsWith('.wav')).map((name) => name.split('-')[1]),
      ['e7', 'e8', 'e9'],
    );
  },
);

void t.test(
  'RejectedRing keeps no more of a sound than a minute, and what it was when it was handed over',
  async (t) => {
    const folder = openFolder(t);
    const { ring } = open(folder);
    const samples = new Int16Array(61 * 8_000).fill(5);
    ring.keep({ ...sound, samples, sampleRateHz: 8_000 });
    samples.fill(0);
    await ring.settled();
    const name = readdirSync(folder).find((each) => each.endsWith('.wav')) ?? '';
    const wav = readWav(join(folder, name));
    t.equal(wav.samples.length, 60 * 8_000);
    t.ok(wav.samples.every((sample) => sample === 5));
  },
);

void t.test(
  'RejectedRing takes no more than it can write, and nothing where nothing is wanted',
  async (t) => {
    const folder = openFolder(t);
    const { ring } = open(folder, 20);
    for (let number = 0; number < 10; number++) ring.keep(sound);
    await ring[Symbol.asyncDispose]();
    await ring.settled();
    t.equal(readdirSync(folder).length, 8);
    t.equal(ring.lost, 6);
    const none = open(join(folder, 'none'), 0);
    none.ring.keep(sound);
    await none.ring.settled();
    t.notOk(readdirSync(folder).includes('none'));
  },
);

void t.test(
  'RejectedRing says once that it cannot write, throws nothing, and goes on when it can',
  async (t) => {
    const folder = join(openFolder(t), 'rejected');
    writeFileSync(folder, 'a file in the way');
    const { ring, told } = open(folder);
    for (let number = 0; number < 3; number++) {
      ring.keep(sound);
      await ring.settled();
    }
    t.same([ring.lost, told.warnings.length], [3, 1]);
    rmSync(folder);
    mkdirSync(folder);
    ring.keep(sound);
    await ring.settled();
    t.equal(readdirSync(folder).length, 2);
  },
);

void t.test('RejectedRing makes a plain name of whatever it is told', async (t) => {
  const folder = openFolder(t);
  const { ring } = open(folder);
  ring.keep({ ...sound, engine: '../../x', reasons: ['坏/'.repeat(300)] });
  ring.keep({ ...sound, reasons: [], engine: '' });
  await ring.settled();
  t.equal(readdirSync(folder).length, 4);
});
