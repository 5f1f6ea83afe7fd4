import t from 'tap';
import { Playback } from '../../../workers/audio/playback.ts';
import type { PlaybackFacts } from '../../../workers/audio/playback-state.ts';

const silent: PlaybackFacts = {
  playing: undefined,
  floor: undefined,
  isIdleInterrupted: false,
  isReplyReady: false,
  isFilling: false,
  isPaused: false,
  isAccepting: true,
};

function open() {
  const said: unknown[] = [];
  const counters: Record<string, number> = {};
  const log = {
    info: (fields: unknown) => void said.push(fields),
    warn: (fields: unknown) => void said.push(fields),
  };
  return { said, counters, playback: new Playback({ log, counters }) };
}

void t.test('follow() logs and counts each change once', async (t) => {
  const { said, counters, playback } = open();
  t.notOk(playback.follow(silent), 'it begins idle');
  const speaking = { ...silent, playing: 'normal', floor: 'normal' } as const;
  t.ok(playback.follow(speaking));
  t.notOk(playback.follow(speaking));
  t.equal(playback.state, 'speaking');
  t.ok(playback.follow({ ...speaking, isPaused: true }));
  t.ok(playback.follow(speaking));
  t.strictSame(said, [
    { from: 'idle', to: 'speaking' },
    { from: 'speaking', to: 'paused' },
    { from: 'paused', to: 'speaking' },
  ]);
  t.strictSame(counters, { 'playback.speaking': 2, 'playback.paused': 1 });
});

void t.test('follow() believes the facts also when they should not be, and says so', async (t) => {
  const { said, counters, playback } = open();
  playback.follow({ ...silent, playing: 'normal', floor: 'normal' });
  t.ok(playback.follow({ ...silent, isFilling: true }));
  t.equal(playback.state, 'filling');
  t.equal(counters['playback.unexpected'], 1);
  t.match(said.at(-1), { from: 'speaking', to: 'filling', isFilling: true });
});
