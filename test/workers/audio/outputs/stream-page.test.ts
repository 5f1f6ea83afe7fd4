import t from 'tap';
import type { Test } from 'tap';
import { findOutput } from '../../../../workers/audio/outputs/find-output.ts';
import type { OutputPlace } from '../../../../workers/audio/outputs/find-output.ts';
import { SinkProcess } from '../../../../workers/audio/outputs/sink-process.ts';
import { Chromium } from '../../../support/chromium.ts';
import { tone } from '../fixtures.ts';
import { placeIn } from './place.ts';

/** Whole waves fit into a second, so that it can be said again and again without a joint. */
const heardHz = [440, 1_000];

interface Player {
  state: string;
  playing: string;
  bufferedMs: number;
  underruns: number;
  playedMs: number;
  connections: number;
}

/** A real sink that plays a tone. */
async function start(t: Test, place: OutputPlace, hz: number) {
  const found = await findOutput('stream', place, new AbortController().signal);
  if (!found.works) throw new Error(found.reason);
  const address = Promise.withResolvers<string>();
  const sink = new SinkProcess(found.spec, {
    now: performance.now(),
    figures: { dropped: () => undefined, listening: address.resolve },
  });
  await sink.ready;
  const second = Buffer.from(tone({ hz, ms: 1_000, rateHz: 48_000 }).buffer);
  const began = performance.now();
  let fed = 0;
  const feed = () => {
    for (; 20 * fed <= performance.now() - began; fed++) {
      const from = (fed % 50) * 1_920;
      sink.write(second.subarray(from, from + 1_920), performance.now());
    }
  };
  const timer = setInterval(feed, 10);
  feed();
  t.teardown(async () => {
    clearInterval(timer);
    await sink.end(2_000);
  });
  return { sink, url: await address.promise, stop: () => clearInterval(timer) };
}

/** The strongest frequency of what the page plays, in Hz. */
const strongest = `(() => {
  const { analyser } = window.onairPlayer;
  const levels = new Float32Array(analyser.frequencyBinCount);
  analyser.getFloatFrequencyData(levels);
  return levels.indexOf(Math.max(...levels)) * analyser.context.sampleRate / analyser.fftSize;
})()`;

const plays = (hz: number) => `Math.abs(${strongest} - ${hz}) < 30`;
const playing = "window.onairPlayer?.state === 'connected' && window.onairPlayer.playing === 'playing'";
const player = async (browser: Chromium) =>
  await browser.evaluate<Player>('({ ...window.onairPlayer, analyser: undefined })');

void t.test('a browser plays what is sent, and finds the next sink by itself', async (t) => {
  const place = placeIn(t.testdir());
  const [firstHz, secondHz] = heardHz as [number, number];
  const first = await start(t, place, firstHz);
  const browser = await Chromium.open(t, first.url);
  await browser.until(playing);
  // It may have to gather twice while the browser is still loading.
  const { playedMs } = await player(browser);
  await browser.until(`window.onairPlayer.playedMs > ${playedMs + 2_000}`);
  await browser.until(plays(firstHz));
  const before = await player(browser);
  t.comment(JSON.stringify(before));
  t.ok(before.bufferedMs <= 400);
  // It is written anew several times a second.
  await browser.until("document.getElementById('state').textContent === 'connected'");
  t.ok(await browser.evaluate<boolean>("document.getElementById('start').hidden"));

  first.stop();
  if (first.sink.pid !== undefined) process.kill(first.sink.pid, 'SIGKILL');
  await first.sink.ended;
  const second = await start(t, place, secondHz);
  t.equal(second.url, first.url);
  await browser.until(`window.onairPlayer.connections > ${before.connections} && ${playing}`);
  await browser.until(plays(secondHz));
  t.ok((await player(browser)).bufferedMs <= 400);
});

void t.test('where a click is needed the page asks for it, also in an overlay', async (t) => {
  const { url } = await start(t, placeIn(t.testdir()), 440);
  const browser = await Chromium.open(t, `${url}?overlay=1`, {
    args: ['--autoplay-policy=document-user-activation-required', '--lang=zh-CN', '--accept-lang=zh-CN'],
  });
  await browser.until(
    "window.onairPlayer?.state === 'connected' && !document.getElementById('start').hidden",
  );
  t.equal(await browser.evaluate("document.getElementById('start').textContent"), '点击开始播放');
  t.equal(
    await browser.evaluate('getComputedStyle(document.documentElement).backgroundColor'),
    'rgba(0, 0, 0, 0)',
  );
  t.equal(await browser.evaluate("getComputedStyle(document.querySelector('main')).display"), 'none');
  const { x, y } = await browser.evaluate<{ x: number; y: number }>(
    "(({ x, y, width, height }) => ({ x: x + width / 2, y: y + height / 2 }))(document.getElementById('start').getBoundingClientRect())",
  );
  for (const type of ['mousePressed', 'mouseReleased'])
    await browser.send('Input.dispatchMouseEvent', { type, x, y, button: 'left', clickCount: 1 });
  await browser.until(`${playing} && document.getElementById('start').hidden`);
  t.ok((await player(browser)).bufferedMs <= 400);
});

void t.test('it plays too where pages get no worklet: from another machine without https', async (t) => {
  const { url } = await start(t, placeIn(t.testdir()), 440);
  const before = "Object.defineProperty(BaseAudioContext.prototype, 'audioWorklet', { value: undefined })";
  const browser = await Chromium.open(t, url, { before });
  await browser.until(`${playing} && window.onairPlayer.playedMs > 1_000`);
  await browser.until(plays(440));
  t.ok((await player(browser)).bufferedMs <= 400);
});

void t.test('the page shows the label, as text, and an open one shows the next', async (t) => {
  const place = placeIn(t.testdir());
  const labelled = (label: string): OutputPlace => ({ ...place, stream: { ...place.stream, label } });
  const markup = '--<b onclick="alert(1)">AI</b> 语音&amp;';
  let sink = await start(t, labelled(markup), 440);
  const browser = await Chromium.open(t, `${sink.url}?overlay=1`);
  const label = async () =>
    await browser.evaluate<{ text: string; children: number; seen: boolean; left: number; top: number }>(
      `(({ textContent: text, childElementCount: children, offsetWidth }, { left, top }) =>
        ({ text, children, seen: offsetWidth > 0, left, top }))(
        document.getElementById('label'), document.getElementById('label').getBoundingClientRect())`,
    );
  await browser.until("window.onairPlayer?.state === 'connected'");
  t.match(await label(), { text: markup, children: 0, seen: true, left: 16, top: 16 });
  t.equal(
    await browser.evaluate('getComputedStyle(document.documentElement).backgroundColor'),
    'rgba(0, 0, 0, 0)',
  );
  for (const [next, seen] of [
    ['本场为AI语音', true],
    ['', false],
  ] as const) {
    const { connections } = await player(browser);
    sink.stop();
    await sink.sink.end(2_000);
    sink = await start(t, labelled(next), 440);
    await browser.until(`window.onairPlayer.connections > ${connections}`);
    t.match(await label(), { text: next, seen }, 'without being loaded again');
  }
});

void t.test('the address of the page says where the label stands, and how big it is', async (t) => {
  const place = placeIn(t.testdir());
  place.stream.label = 'AI 语音';
  const { url } = await start(t, place, 440);
  const browser = await Chromium.open(t, `${url}?overlay=1&label=bottom-right&labelSize=48`);
  const shown = "window.onairPlayer?.state === 'connected'";
  await browser.until(shown);
  const { right, bottom, size } = await browser.evaluate<{ right: number; bottom: number; size: string }>(
    `(({ right, bottom }, { fontSize: size }) => ({ right: innerWidth - right, bottom: innerHeight - bottom, size }))(
      document.getElementById('label').getBoundingClientRect(), getComputedStyle(document.getElementById('label')))`,
  );
  t.same({ right, bottom, size }, { right: 16, bottom: 16, size: '48px' });
  await browser.send('Page.navigate', { url: `${url}?overlay=1&label=none&labelSize=x` });
  await browser.until(`location.search.includes('none') && ${shown}`);
  t.equal(await browser.evaluate("getComputedStyle(document.getElementById('label')).display"), 'none');
});
