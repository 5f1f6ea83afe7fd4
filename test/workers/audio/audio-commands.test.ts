import t from 'tap';
import type { AudioAction, AudioCommand } from '../../../protocol/speech.ts';
import { carryOut } from '../../../workers/audio/audio-commands.ts';

function fake() {
  const done: string[] = [];
  const sound = {
    words: undefined as string | undefined,
    wasPaused: false,
    pause: (forMs: number) => void done.push(`pause ${forMs}`),
    resume: () => {
      done.push('resume');
      return sound.wasPaused;
    },
    skip: (reason: string) => {
      done.push(reason);
      return sound.words;
    },
    stop: (reason: string) => {
      done.push(reason);
      return 3;
    },
    setVolume: (volume: number) => void done.push(`volume ${volume}`),
    describe: () => 'idle, on file',
  };
  return { done, sound };
}

const command = (given: Partial<AudioCommand>): AudioCommand => ({
  action: 'status',
  forMs: 0,
  volume: 0,
  by: 'Ann',
  ...given,
});

void t.test('carryOut() does each command, and says so', async (t) => {
  const { done, sound } = fake();
  const ask = (given: Partial<AudioCommand>) => carryOut(command(given), sound);
  t.strictSame(ask({ action: 'pause' }), { done: true, text: 'paused until it is resumed' });
  t.match(ask({ action: 'pause', forMs: 5_000 }), { done: true, text: 'paused for 5 s' });
  t.match(ask({ action: 'resume' }), { done: true, text: 'was not paused' });
  sound.wasPaused = true;
  t.match(ask({ action: 'resume' }), { text: 'resumed' });
  t.match(ask({ action: 'skip' }), { done: true, text: 'nothing is being said' });
  sound.words = '欢迎来到直播间。'.repeat(20);
  t.match(ask({ action: 'skip' }), { text: /^skipped "欢迎.*…"$/ });
  t.match(ask({ action: 'stop' }), { text: 'stopped, 3 utterances ended; paused until it is resumed' });
  t.match(ask({ action: 'volume', volume: 0.5 }), { text: 'volume 0.5' });
  t.match(ask({ action: 'volume', volume: 0 }), { text: 'muted' });
  t.match(ask({ action: 'status' }), { done: true, text: 'idle, on file' });
  t.strictSame(done, [
    'pause 0',
    'pause 5000',
    'resume',
    'resume',
    'skipped by Ann',
    'skipped by Ann',
    'stopped by Ann',
    'volume 0.5',
    'volume 0',
  ]);
});

void t.test('carryOut() does nothing for nonsense, and says what would be right', async (t) => {
  const { done, sound } = fake();
  const nonsense: [Partial<AudioCommand>, RegExp][] = [
    [{ action: 'volume', volume: 7 }, /between 0 and 2, not 7/],
    [{ action: 'volume', volume: Number.NaN }, /between 0 and 2, not NaN/],
    [{ action: 'volume', volume: -0.1 }, /between 0 and 2/],
    [{ action: 'pause', forMs: -1 }, /A pause is at most/],
    [{ action: 'pause', forMs: 1e15 }, /A pause is at most/],
    [{ action: 'pause', forMs: 0.5 }, /A pause is at most/],
    [
      { action: 'dance' as AudioAction },
      /no command "dance"; there are pause, resume, skip, stop, volume, status/,
    ],
    [{ action: '' as AudioAction }, /no command ""/],
    [{ action: `x${'\u0007'.repeat(9)}${'y'.repeat(9_000)}` as AudioAction }, /no command "x +y+…"/],
  ];
  for (const [given, text] of nonsense) t.match(carryOut(command(given), sound), { done: false, text });
  t.strictSame(done, []);
});

void t.test('carryOut() names who it was, as far as that is a name', async (t) => {
  const { done, sound } = fake();
  for (const by of ['', ' \n\t ', 'a\u0000b', 'n'.repeat(500)])
    carryOut(command({ action: 'skip', by }), sound);
  t.strictSame(done, [
    'skipped by somebody',
    'skipped by somebody',
    'skipped by a b',
    `skipped by ${'n'.repeat(64)}`,
  ]);
});
