import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { playheadSubject } from '../../../protocol/subjects.ts';
import type { Bus } from '../../../workers/bus.ts';
import { delay } from '../../../workers/delay.ts';
import { roomName } from '../../chaos/show-config.ts';
import { Show } from '../../chaos/show.ts';
import { openOperatorBus } from '../../operator.ts';
import type { BenchOptions, Figure } from '../report.ts';
import { quantile } from '../report.ts';
import { sayInRoom } from '../supervisor/chatter.ts';
import { gptSovits } from './failover-row.ts';
import type { Measured } from '../measure-rows.ts';
import { shopSentences } from './shop-sentences.ts';
import { ServerProcess } from './speech-servers.ts';

const seed = 59;
const rounds = { quick: 5, full: 40 };
const room = roomName(0);
const keyword = '缓存';
const patienceMs = 15_000;
/** After the last sample of an answer: nobody asks while somebody is being answered. */
const restMs = 400;
const engineMs = 150;

interface Case {
  what: string;
  goal: number;
  /** What a viewer writes, in that round. */
  says: (round: number) => string;
}

const texts = shopSentences({ seed, count: 200, tongue: 'zh' }).filter(
  ({ length }) => length >= 8 && length <= 16,
);
const text = (at: number): string => texts[at % texts.length] ?? '';

const embeddedCases: Case[] = [
  { what: 'a rule whose text is cached', goal: 60, says: () => keyword },
  { what: 'a new text, embedded voice', goal: 300, says: text },
];
const engineCases: Case[] = [
  { what: `a new text, engine that takes ${engineMs} ms`, goal: 500, says: (round) => text(round + 60) },
];

/**
 * How long listeners wait for an answer, on a show that is really on air in a room where nothing else happens: from what a viewer writes
 * until the player has its first sample.
 */
export async function measureLatency({ isQuick, say }: BenchOptions): Promise<Measured> {
  const count = rounds[isQuick ? 'quick' : 'full'];
  const figures: Figure[] = [];
  await using server = await ServerProcess.open('gpt-sovits', ['--inference-ms', String(engineMs)]);
  for (const [tts, cases] of [
    [{}, embeddedCases],
    [{ engines: [gptSovits('gsv', [server.url])] }, engineCases],
  ] as const) {
    const home = mkdtempSync(join(tmpdir(), 'onair-bench-'));
    try {
      const signal = AbortSignal.timeout(600_000);
      await using show = await Show.start({
        home,
        config: configFor(tts),
        rooms: [room],
        signal,
        onLine: () => undefined,
      });
      const { state } = show;
      if (!state) throw new Error('The show has no state');
      await using bus = await openOperatorBus(home, state, signal);
      // Until spares stand by, their starts would be measured.
      const isWhole = () =>
        show.state?.services.every(({ role, spares }) => role === 'sim' || spares > 0) === true;
      await show.until(isWhole, { withinMs: 60_000, signal });
      for (const { what, goal, says } of cases) {
        say(what);
        const taken: number[] = [];
        for (let round = -1; round < count; round++) {
          const ms = await answerTo({ bus, home, signal }, says(round + 1));
          // The first one makes what the others find.
          if (round >= 0) taken.push(ms);
        }
        figures.push({
          what: `event → first sample, ${what}, p50 of ${count}`,
          value: quantile(taken, 0.5),
          unit: 'ms',
        });
        figures.push({
          what: `event → first sample, ${what}, p95`,
          value: quantile(taken, 0.95),
          unit: 'ms',
          goal,
        });
      }
    } finally {
      rmSync(home, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
    }
  }
  return { figures, notes: [], broken: [] };
}

/** Milliseconds until something is heard that was not heard before; the room is quiet again when it returns. */
async function answerTo(
  { bus, home, signal }: { bus: Bus; home: string; signal: AbortSignal },
  words: string,
): Promise<number> {
  const over = new AbortController();
  const until = AbortSignal.any([signal, over.signal, AbortSignal.timeout(patienceMs)]);
  const playheads = bus.listen(playheadSubject(room), until);
  // Listening begins with the first question.
  let next = playheads.next();
  await bus.connection.flush();
  const at = performance.timeOrigin + performance.now();
  await sayInRoom(home, room, { kind: 'chat', text: words }, signal);
  let first = 0;
  try {
    for (;;) {
      const { value, done } = await next;
      if (done) throw new Error(`No answer to "${words}" within ${patienceMs / 1_000} s`);
      next = playheads.next();
      if (value.message.type !== 'playhead') continue;
      const { state, offsetMs, at: toldAt } = value.message.body;
      if (first === 0 && state === 'speaking' && toldAt >= at) first = toldAt - offsetMs;
      if (first > 0 && state === 'idle') break;
    }
  } finally {
    over.abort();
    await next.catch(() => undefined);
  }
  await delay(restMs, signal);
  return first - at;
}

function configFor(tts: object): object {
  const address = `\${address:sim-${room}}`;
  return {
    rooms: [
      {
        id: room,
        source: { type: 'douyin', webRid: room, pageUrl: `http://${address}`, pushUrls: [`ws://${address}`] },
      },
    ],
    simulators: [{ id: room, type: 'douyin-room', webRid: room, silent: true }],
    reply: {
      rules: [{ id: 'cached', keywords: [keyword], say: ['这款今天只要三十九块九。'] }],
      templates: { chat: ['{text}'] },
      // Nothing that could be said: the room is silent in between.
      idle: [{ id: 'nothing', lines: ['……'] }],
      disclosure: { text: '' },
      // One viewer asks as often as the bench likes, and the same each time.
      board: { chatEveryMs: 0, repeatMs: 0 },
    },
    tts,
    audio: { outputs: ['file'], fillers: { lines: [], promises: [], keepIdleLines: 0 } },
  };
}
