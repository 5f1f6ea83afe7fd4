import { statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pino } from 'pino';
import t from 'tap';
import type { Config } from '../../../../protocol/config.ts';
import { outcomeKinds } from '../../../../protocol/speech.ts';
import { accessTo } from '../../../support/nats.ts';
import { HostedChild, childOptions } from '../../../support/child-host.ts';
import { longestSilence } from '../../../../ops/chaos/longest-silence.ts';
import { airingId, readAiring } from '../../../../workers/audio/fillers/airing-id.ts';
import { FillerTexts } from '../../../../workers/audio/fillers/filler-texts.ts';
import { Library, libraryFolder } from '../../../../workers/audio/fillers/library.ts';
import { shippedLines } from '../../../../workers/audio/fillers/shipped-sounds.ts';
import { PositionFile } from '../../../../workers/audio/position.ts';
import { segmentOf, tone } from '../fixtures.ts';
import { openFolder } from '../../tts/cache/sounds.ts';
import { HostedRoom } from '../hosted-room.ts';
import { readWav } from '../outputs/wav.ts';

const fillers = {
  lines: ['慢慢看，慢慢挑。', '有问题随时问我。', '谢谢大家的陪伴。'],
  promises: ['嗯，我看一下。'],
};

void t.test(
  'a room has a voice when everything but its audio worker is gone, and the show goes on after it',
  async (t) => {
    const room = await HostedRoom.open(t);
    const audio = { outputs: ['file'], fillers };
    const child = await room.start(audio);
    // Its own: it may still write when the room's is taken away.
    const options = { home: openFolder(t), bus: accessTo(room.url), config: { audio } };
    const tts = new HostedChild(t, { entry: 'workers/tts/main.ts', options: childOptions(options) });
    await tts.start();
    await child.waitForCounters((counters) => counters['fillers.missing'] === 0);
    const expiresAt = Date.now() + 60_000;
    const half = tone({ hz: 800, ms: 600, rateHz: 24_000, amplitude: 20_000 });
    await room.say(segmentOf('show', 0, { expiresAt }), half);
    await room.playhead(({ partial }) =>
      partial.some(({ utteranceId, nextIndex }) => utteranceId === 'u:show' && nextIndex === 1),
    );
    const goneAt = readWav(room.file).samples.length;
    await tts.kill();
    t.notOk(
      (await room.kept()).queued.some((id) => id.startsWith('keep:')),
      'what was made ahead was not to be heard',
    );

    await child.waitForCounters((counters) => (counters['fillers'] ?? 0) >= 4);
    await room.say(segmentOf('show', 1, { expiresAt, last: true }), half);
    const outcomes = await room.outcomes(4);
    while (!outcomes.some(({ eventId }) => eventId === 'show'))
      outcomes.splice(0, outcomes.length, ...(await room.outcomes(outcomes.length + 1)));
    t.match(await child.drain(), { code: 0 });

    const aired = outcomes.filter(({ what }) => what === 'aired');
    t.ok(aired.length >= 3);
    // Before its own were made there may have been time for others.
    const known = new Set([...fillers.lines, ...shippedLines.map(({ text }) => text)]);
    t.ok(
      aired.every(
        ({ reason, text, utteranceId }) =>
          reason === 'filler' && known.has(text) && utteranceId.startsWith('filler:'),
      ),
    );
    t.ok(
      aired.every(({ text }, index) => text !== aired[index - 1]?.text),
      'never the same twice in a row',
    );
    t.match(
      outcomes.find(({ eventId }) => eventId === 'show'),
      { what: 'spoken', reason: '' },
    );
    t.ok(outcomes.every(({ what }) => outcomeKinds.includes(what)));

    const { samples, rateHz } = readWav(join(room.home, 'audio', 'demo.wav'));
    const window = { fromMs: (goneAt / rateHz) * 1_000, toMs: (samples.length / rateHz) * 1_000 };
    const { longestMs } = longestSilence(loudSpans(samples, rateHz), window);
    t.ok(longestMs <= 3_000, `${longestMs} ms of silence`);
    t.comment(`${longestMs} ms of silence at most within ${window.toMs - window.fromMs} ms`);
  },
);

void t.test('the very first show has a voice although nobody could make a sound yet', async (t) => {
  const room = await HostedRoom.open(t);
  const child = await room.start({ outputs: ['file'], fillers });
  await child.waitForCounters((counters) => (counters['fillers'] ?? 0) >= 3);
  const aired = await room.outcomes(2);
  t.match(await child.drain(), { code: 0 });
  t.ok(aired.every(({ what, reason }) => what === 'aired' && reason === 'filler'));
  t.ok(aired.every(({ text }) => shippedLines.some((line) => line.text === text)));
  t.not(aired[0]?.text, aired[1]?.text, 'not the same again');
  const { samples, rateHz } = readWav(room.file);
  const toMs = (samples.length / rateHz) * 1_000;
  const { longestMs } = longestSilence(loudSpans(samples, rateHz), { fromMs: 0, toMs });
  t.ok(longestMs <= 3_000, `${longestMs} ms of silence`);
});

void t.test('a room without lines is not filled with any', async (t) => {
  const room = await HostedRoom.open(t);
  const none = { lines: [], promises: [], afterMs: 500 };
  const child = await room.start({ outputs: ['file'], fillers: none });
  const recordedBytes = 4 * 48_000 * 2;
  while ((statSync(room.file, { throwIfNoEntry: false })?.size ?? 0) < recordedBytes) await sleep(100);
  t.match(await child.drain(), { code: 0 });
  const { samples, rateHz } = readWav(room.file);
  t.strictSame(loudSpans(samples, rateHz), []);
});

void t.test('a spare knows the library, and when and with what its room was last filled', async (t) => {
  const room = await HostedRoom.open(t);
  const audio = { outputs: ['file'], fillers: { ...fillers, afterMs: 1_500 } };
  const { config } = childOptions({ config: { audio } });
  const keys = await makeLibrary(room.home, config);
  const first = await room.spare(audio);
  const second = await room.spare(audio);
  first.start({ lease: 'audio:demo', epoch: 1 });
  const { utteranceId: cutOff } = await room.playhead(({ state }) => state === 'filling');
  await room.playhead(({ utteranceId, state }) => utteranceId === cutOff && state === 'filling');
  await first.kill();
  second.start({ lease: 'audio:demo', epoch: 2 });
  const next = await room.playhead(({ state, utteranceId }) => state === 'filling' && utteranceId !== cutOff);
  const [aired] = await room.outcomes(1);
  t.match(aired, { utteranceId: cutOff, what: 'aired', reason: 'filler' });
  t.not(readAiring(next.utteranceId)?.key, readAiring(cutOff)?.key, 'not the same again');
  t.ok(keys.has(readAiring(next.utteranceId)?.key ?? ''));
  second.send({ kind: 'drain', deadlineMs: 10_000, handOver: false });
  t.match(await second.ended, { code: 0 });
});

void t.test(
  'what filled a room while the bus was away is in the ledger although its worker has ended',
  async (t) => {
    const room = await HostedRoom.open(t);
    const audio = { outputs: ['null'], fillers };
    const { config } = childOptions({ config: { audio } });
    const keys = [...(await makeLibrary(room.home, config))];
    const log = pino({ level: 'silent' });
    const heard = keys.slice(0, 2).map((key, index) => airingId(key, Date.now() - 9_000 + 4_000 * index));
    {
      await using positions = new PositionFile(join(room.home, 'run', 'demo.position'), log);
      for (const utteranceId of heard)
        positions.note({ epoch: 1, at: Date.now() - 1_000, utteranceId, nextIndex: 0, offset: 960 });
    }
    await room.start(audio);
    const outcomes = await room.outcomes(2);
    t.strictSame(outcomes.map(({ utteranceId }) => utteranceId).sort(), heard.sort());
    t.ok(outcomes.every(({ what, reason }) => what === 'aired' && reason === 'filler'));
  },
);

/** The sounds of the configured lines, as an earlier show left them. */
async function makeLibrary(home: string, config: Config): Promise<Set<string>> {
  const texts = new FillerTexts(config);
  const library = new Library({
    folder: libraryFolder(home, 'demo'),
    texts,
    keepIdleLines: 0,
    maxBytes: 10_000_000,
    log: pino({ level: 'silent' }),
    counters: {},
    mayWrite: () => true,
    plays: () => [],
  });
  for (const { text } of texts.configured)
    await library.add(text, { pcm: tone({ hz: 440, ms: 3_000, rateHz: 24_000 }), sampleRateHz: 24_000 });
  await library.written();
  return new Set(texts.configured.map(({ key }) => key));
}

/** Where there is something to be heard, in steps of 10 ms. */
function loudSpans(samples: Int16Array, rateHz: number): { fromMs: number; toMs: number }[] {
  const step = rateHz / 100;
  return Array.from({ length: Math.floor(samples.length / step) }, (_, index) => index)
    .filter((index) =>
      samples.subarray(index * step, (index + 1) * step).some((value) => Math.abs(value) > 100),
    )
    .map((index) => ({ fromMs: index * 10, toMs: index * 10 + 10 }));
}
