import t from 'tap';
import { openGptSovits } from '../../../../ops/sim/gpt-sovits/server.ts';
import { ask, isSameSound, readWav } from '../speech/raw-client.ts';
import { askTts, usual } from './ask-tts.ts';

void t.test(
  'openGptSovits() answers nobody while it works on a whole text, not even when its client is gone',
  async (t) => {
    await using server = await openGptSovits({ inference: { fixedMs: 1_500 } });
    const first = askTts(server);
    await server.until(() => server.state().isBlocked);
    const second = askTts(server);
    await server.until(() => server.state().inFlight === 2);
    t.match(await ask(server.port, { path: '/control' }), { status: 400 });
    const isOver = server.log().some(({ path, isRight }) => path === '/tts' && isRight);
    t.ok(isOver, 'the first was complete before anybody else was answered');
    t.match(await Promise.all([first, second]), [{ isComplete: true }, { isComplete: true }]);
    const gone = new AbortController();
    const asked = fetch(`${server.url}/tts`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(usual),
      signal: gone.signal,
    });
    await server.until(() => server.state().isBlocked);
    gone.abort();
    await t.rejects(asked);
    await ask(server.port, { path: '/control' });
    t.equal(server.state().inFlight, 0, 'the probe was answered after the work');
    t.match(
      server.log().find(({ aborted }) => aborted),
      { isRight: false, samples: 0 },
    );
  },
);

void t.test(
  'openGptSovits() answers probes beside a stream, and ends its work when the client leaves',
  async (t) => {
    await using server = await openGptSovits({ inference: { fixedMs: 60_000, firstShare: 0.001 } });
    const gone = askTts(server, { streaming_mode: 3 }, { leaveAfter: 1_000 });
    t.match(await ask(server.port, { path: '/control' }), { status: 400 });
    await gone;
    await server.until(() => server.state().inFlight === 0);
    t.match(server.log().at(-1), { aborted: true, isRight: false });
  },
);

void t.test('openGptSovits() crosses the voices of streams that run at the same time', async (t) => {
  await using server = await openGptSovits({ inference: { fixedMs: 300 } });
  const other = '这个是完全不一样的另外一句话，大家可以听得出来。';
  const alone = readWav((await askTts(server, { streaming_mode: 2 })).body).samples;
  const [one, two] = await Promise.all([
    askTts(server, { streaming_mode: 2 }),
    askTts(server, { streaming_mode: 2, text: other }),
  ]);
  t.notOk(isSameSound(readWav(one.body).samples, alone));
  t.ok(two.isComplete);
  t.same(
    server.log().map(({ outcome }) => outcome),
    ['right', 'wrong', 'wrong'],
  );
  const after = readWav((await askTts(server, { streaming_mode: 2 })).body).samples;
  t.ok(isSameSound(after, alone), 'as before once it is alone');
});

void t.test('openGptSovits() can be told to restart and to exit', async (t) => {
  await using server = await openGptSovits({ times: { restartMs: 0 } });
  t.match(await ask(server.port, { path: '/control?command=restart' }), { status: 0 });
  await server.untilListening();
  t.match(await askTts(server), { status: 200 });
  t.match(server.state(), { restarts: 1, isListening: true });
  t.match(server.log(), [{ path: '/control', aborted: false }, {}]);
  await ask(server.port, { path: '/control?command=exit' });
  await server.untilDone();
  t.match(await ask(server.port, { path: '/control' }), { ending: 'ECONNREFUSED' });
});
