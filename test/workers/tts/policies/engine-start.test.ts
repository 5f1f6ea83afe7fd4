import { pino } from 'pino';
import t from 'tap';
import { ConfigurationError } from '../../../../protocol/configuration-error.ts';
import { startEngines } from '../../../../workers/tts/policies/engine-start.ts';
import { VirtualClock } from './virtual-clock.ts';

const misconfigured = () =>
  new ConfigurationError([{ path: 'tts.voices[0].refAudio', message: 'is not there' }]);

/** Starts an endpoint that fails with these, one after another; Infinity hangs. */
function start(failures: (Error | undefined)[]) {
  const clock = new VirtualClock();
  const stop = new AbortController();
  const triedAt: number[] = [];
  const notices: string[] = [];
  const endpoint = {
    name: 'gsv',
    async warmUp() {
      const failure = failures[triedAt.length];
      triedAt.push(clock.now());
      if (failure) throw failure;
    },
  };
  const starting = startEngines(
    {
      endpoints: [endpoint],
      clock,
      random: () => 1,
      notice: (level, text) => notices.push(`${level} ${text}`),
      log: pino({ level: 'silent' }),
    },
    stop.signal,
  );
  return { clock, stop, triedAt, notices, starting };
}

void t.test('startEngines() tries an engine again at growing distances until it is there', async (t) => {
  const { clock, triedAt, notices, starting } = start(Array.from({ length: 7 }, () => new Error('no')));
  await clock.finish(starting);
  t.same(triedAt, [0, 1_000, 3_000, 7_000, 15_000, 31_000, 61_000, 91_000]);
  t.same(notices, [], 'that a server is not there yet is nothing to wake anybody for');
});

void t.test('startEngines() tells once what no waiting mends, and tries slowly', async (t) => {
  const { clock, triedAt, notices, starting } = start([misconfigured(), misconfigured(), undefined]);
  await clock.finish(starting);
  t.same(triedAt, [0, 300_000, 600_000]);
  t.same(notices, ['warn gsv cannot speak: tts.voices[0].refAudio: is not there', 'info gsv speaks now']);
});

void t.test('startEngines() ends when it is told to stop', async (t) => {
  const { clock, stop, triedAt, starting } = start(Array.from({ length: 99 }, () => new Error('no')));
  await clock.pass(2_000);
  stop.abort(new Error('the show ends'));
  await clock.finish(starting);
  t.equal(triedAt.length, 2);
});
