import type { SpeechFault } from '../../../protocol/simulated-faults.ts';
import type { BenchOptions, Figure } from '../report.ts';
import { quantile } from '../report.ts';
import type { OpenedStudio } from './open-studio.ts';
import { openStudio, requestFor, untilReady } from './open-studio.ts';
import type { Measured } from '../measure-rows.ts';
import { shopSentences } from './shop-sentences.ts';
import { ServerProcess } from './speech-servers.ts';

const seed = 47;
const rounds = { quick: 4, full: 20 };
const mostRounds = 3;
const inferenceMs = 150;
const addedMs = 150;
const hungMs = 1_200;
const voices = [{ name: 'shop', refAudio: '/voices/shop.wav', promptText: '你好' }];

interface Case {
  what: string;
  fault: SpeechFault;
  /** Milliseconds until the sound is there; `besides`: beyond what the sound takes anyway. */
  goal: number;
  isBesides: boolean;
}

const cases: Case[] = [
  { what: 'connection refused', fault: 'refuse', goal: addedMs, isBesides: true },
  { what: 'answers 500', fault: '500', goal: addedMs, isBesides: true },
  { what: 'accepts and never answers', fault: 'hang', goal: hungMs, isBesides: false },
  { what: 'stops in the middle', fault: 'partial-zeros-reset', goal: hungMs, isBesides: false },
];

/** How soon a sentence is there when the server that should speak it fails, on the next address and on the next engine. */
export async function measureFailover({ isQuick, say }: BenchOptions): Promise<Measured> {
  const count = rounds[isQuick ? 'quick' : 'full'];
  const args = ['--inference-ms', String(inferenceMs)];
  await using first = await ServerProcess.open('gpt-sovits', args);
  await using second = await ServerProcess.open('gpt-sovits', args);
  await using other = await ServerProcess.open('openai-speech', args);
  await first.change({ times: { refuseMs: 200 } });
  const figures: Figure[] = [];
  const broken: string[] = [];
  const texts = shopSentences({ seed, count: count * 40, tongue: 'zh' }).values();
  for (const [where, tts] of [
    ['address', { engines: [gptSovits('gsv', [first.url, second.url])] }],
    ['engine', { engines: [gptSovits('gsv', [first.url]), openAi('other', other.url)] }],
  ] as const) {
    await using opened = await openStudio({ ...tts, cache: { maxMb: 1, maxDiskMb: 0 } });
    const usual: number[] = [];
    for (let round = 0; round < count; round++) usual.push((await speak(opened, texts)).ms);
    const usualMs = quantile(usual, 0.5);
    figures.push({ what: `sentence from the first, p50 (next ${where})`, value: usualMs, unit: 'ms' });
    for (const { what, fault, goal, isBesides } of cases) {
      say(`${what}, to the next ${where}`);
      const taken: number[] = [];
      for (let round = 0; taken.length < count && round < count * mostRounds; round++) {
        await untilReady(opened.studio);
        const before = await metBy(first, fault);
        await first.change({ clear: true, next: [fault] });
        const { ms, engine } = await speak(opened, texts);
        const met = (await metBy(first, fault)) > before;
        if (engine === 'embedded') broken.push(`${what}: spoken by ${engine}`);
        // A probe or a sentence that was given up may have met the fault instead.
        if (met) taken.push(isBesides ? ms - usualMs : ms);
        await first.change({ clear: true });
        await speak(opened, texts);
      }
      if (taken.length < count) broken.push(`${what}: met in ${taken.length} of ${count} rounds only`);
      const name = `${what} → ${isBesides ? 'longer than usual' : 'sound'} on the next ${where}`;
      figures.push({
        what: `${name}, p50 of ${taken.length}`,
        value: quantile(taken, 0.5),
        unit: 'ms',
        goal,
      });
      figures.push({ what: `${name}, most`, value: Math.max(...taken), unit: 'ms' });
    }
  }
  return { figures, notes: [], broken };
}

const metBy = async (server: ServerProcess, fault: SpeechFault): Promise<number> =>
  (await server.state()).faults[fault] ?? 0;

async function speak(
  { studio, config }: OpenedStudio,
  texts: Iterator<string, unknown>,
): Promise<{ ms: number; engine: string }> {
  const { value } = texts.next();
  if (typeof value !== 'string') throw new Error('There are not enough sentences');
  const begun = performance.now();
  const { engine } = await studio.speak(requestFor(value, config), new AbortController().signal);
  return { ms: performance.now() - begun, engine };
}

export const gptSovits = (id: string, endpoints: string[], more: object = {}) => ({
  id,
  type: 'gpt-sovits',
  endpoints,
  voices,
  restart: { enabled: false },
  ...more,
});

export const openAi = (id: string, endpoint: string, more: object = {}) => ({
  id,
  type: 'openai',
  endpoints: [endpoint],
  voices: [{ name: 'shop', voice: 'alloy' }],
  ...more,
});
