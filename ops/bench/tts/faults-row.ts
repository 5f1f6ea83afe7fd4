import type { TryRecord } from '../../../workers/tts/policies/rendition.ts';
import type { SpeechRecord } from '../../sim/speech/truth-log.ts';
import { readProcessFigures } from '../../chaos/process-figures.ts';
import { SeededRandom } from '../../sim/douyin-room/scenario/seeded-random.ts';
import type { BenchOptions, Figure } from '../report.ts';
import { quantile } from '../report.ts';
import { slopeWithBounds } from '../supervisor/slope.ts';
import { countFaults, faultyEngines, makeFaulty, openFaultyServers } from './faulty-servers.ts';
import type { OpenedStudio } from './open-studio.ts';
import { openStudio, requestFor } from './open-studio.ts';
import type { Measured } from '../measure-rows.ts';
import { shopSentences } from './shop-sentences.ts';
import type { ServerProcess } from './speech-servers.ts';

const seed = 83;
const quickRequests = 300;
const textCount = 400;
const sampleEveryMs = 500;
/** While caches and pools fill. */
const warmUpShare = 0.5;
const mostGrowthMb = 64;

/** What one request came to. */
interface Heard {
  engine: string;
  winner: TryRecord | undefined;
  durationMs: number;
  ms: number;
}

/** Everything that servers do wrong, drawn at random, under thousands of requests: what is lost, mixed up, wrong, or never freed. */
export async function measureFaults({ isQuick, requests, say }: BenchOptions): Promise<Measured> {
  const count = isQuick ? Math.min(requests, quickRequests) : requests;
  await using servers = await openFaultyServers();
  const { gsv, web, cosy, all } = servers;
  await using opened = await openStudio(faultyEngines(servers));
  await makeFaulty(servers);
  // As long as segments are: shorter ones are joined to their neighbours.
  const texts = shopSentences({ seed, count: textCount, tongue: 'zh' }).filter(({ length }) => length >= 6);
  const random = new SeededRandom(seed);
  const order = Array.from({ length: count }, () => texts[Math.floor(random.next() * texts.length)] ?? '');
  const watch = watchMemory();
  const truth = new Truth(all, (endpoint) =>
    endpoint.startsWith('web')
      ? web
      : endpoint.startsWith('cosy')
        ? cosy
        : gsv.find(({ address }) => endpoint.includes(address)),
  );
  const { heard, lost } = await speakAll(opened, order, async (done) => {
    say(`${done} requests of ${order.length}`);
    await truth.read();
  });
  const memory = watch();
  await truth.read();
  const verdicts = heard.map((one, at) => (one ? truth.judge(one, order[at] ?? '') : 'right'));
  const wrong = verdicts.filter((verdict) => verdict !== 'right' && verdict !== 'unknown');
  const misplaced = verdicts.filter((verdict) => verdict === 'unknown').length;
  const states = await Promise.all(all.map(async (server) => await server.state()));
  const known = heard.filter((one) => one !== undefined);
  const seconds = known.map(({ ms }) => ms / 1_000);
  const by = Map.groupBy(known, ({ engine }) => engine);
  const share = (name: string) => (100 * (by.get(name)?.length ?? 0)) / known.length;
  const figures: Figure[] = [
    { what: 'requests', value: count, unit: '' },
    { what: 'requests without a sound', value: lost.length, unit: '', goal: 0 },
    { what: 'answers to another request, or two to one', value: misplaced, unit: '', goal: 0 },
    { what: 'released sounds that a server had spoiled', value: wrong.length, unit: '', goal: 0 },
    {
      what: 'requests that one GPT-SoVITS had at once, with those that were given up, most',
      value: Math.max(...states.slice(0, gsv.length).map(({ mostInFlight }) => mostInFlight)),
      unit: '',
    },
    { what: 'time to a sound, p50', value: quantile(seconds, 0.5), unit: 's' },
    { what: 'time to a sound, p99', value: quantile(seconds, 0.99), unit: 's' },
    { what: 'time to a sound, most', value: Math.max(...seconds), unit: 's', goal: 12 },
    ...['gsv', 'web', 'cosy', 'embedded', 'earlier', 'cache'].map((name) => ({
      what: `spoken by ${name}`,
      value: share(name),
      unit: '%',
    })),
    { what: 'memory, growth in the second half', value: memory.growthMb, unit: 'MB', goal: mostGrowthMb },
    { what: 'memory, most', value: memory.mostMb, unit: 'MB' },
  ];
  figures.splice(1, 0, {
    what: 'faults that servers were told to make',
    value: countFaults(states),
    unit: '',
  });
  const broken = [
    ...wrong.map((what) => `released although wrong: ${what}`),
    ...lost.map((reason) => `no sound: ${reason}`),
    ...(misplaced > 0 ? [`${misplaced} sounds that nobody was asked for`] : []),
    ...(memory.growthMb > mostGrowthMb ? [`memory grew by ${memory.growthMb.toFixed(0)} MB`] : []),
  ];
  return { figures, notes: [`memory slope ${memory.slope.toFixed(1)} MB/h`], broken: broken.slice(0, 20) };
}

async function speakAll(
  { studio, config }: OpenedStudio,
  order: readonly string[],
  onDone: (done: number) => Promise<void>,
) {
  const heard: (Heard | undefined)[] = Array.from({ length: order.length });
  const lost: string[] = [];
  let next = 0;
  let done = 0;
  const signal = new AbortController().signal;
  const work = async () => {
    for (let at = next++; at < order.length; at = next++) {
      const begun = performance.now();
      try {
        const { sound, engine, tries } = await studio.speak(requestFor(order[at] ?? '', config), signal);
        const winner = tries.find(({ outcome }) => outcome === 'good');
        heard[at] = { engine, winner, durationMs: sound.figures.durationMs, ms: performance.now() - begun };
      } catch (error) {
        lost.push(error instanceof Error ? error.message : String(error));
      }
      done += 1;
      if (done % 500 === 0) await onDone(done);
    }
  };
  await Promise.all(Array.from({ length: studio.slots }, work));
  return { heard, lost };
}

/** What is kept of a record, since this process is the one whose memory is watched. */
type Remembered = Pick<SpeechRecord, 'at' | 'isRight' | 'fault'>;

/** What the servers say that they were asked for, and whether what they answered was right. */
class Truth {
  readonly #servers: readonly ServerProcess[];
  readonly #serverOf: (endpoint: string) => ServerProcess | undefined;
  readonly #read = new Map<ServerProcess, number>();
  readonly #records = new Map<string, Remembered[]>();

  constructor(servers: readonly ServerProcess[], serverOf: (endpoint: string) => ServerProcess | undefined) {
    this.#servers = servers;
    this.#serverOf = serverOf;
  }

  /** What came since the last time: they remember only so much. */
  async read(): Promise<void> {
    for (const server of this.#servers) {
      const records = await server.log(this.#read.get(server) ?? 0);
      this.#read.set(server, records.at(-1)?.seq ?? this.#read.get(server) ?? 0);
      for (const { isSpeech, text, at, aborted, isRight, fault } of records) {
        if (!isSpeech || aborted) continue;
        const key = `${server.address} ${bare(text)}`;
        const record = { at, isRight, fault };
        const known = this.#records.get(key);
        if (known) known.push(record);
        else this.#records.set(key, [record]);
      }
    }
  }

  /** `unknown`: where the sound is said to come from, nobody was asked for that text then; else `right`, or what was wrong with it. */
  judge({ winner, engine }: Heard, text: string): string {
    if (engine === 'embedded' || engine === 'earlier' || engine === 'cache') return 'right';
    if (!winner) return 'unknown';
    const { endpoint, begunAt, endedAt = Infinity } = winner;
    const from = performance.timeOrigin + begunAt - clockMs;
    const to = performance.timeOrigin + endedAt;
    const records = this.#records.get(`${this.#serverOf(endpoint)?.address} ${bare(text)}`) ?? [];
    // They are written down as they end, and one that was given up may end late.
    const during = records.filter(({ at }) => at >= from && at <= to + clockMs).sort((a, b) => a.at - b.at);
    // Of several the last was answered; what came after the answer is of the next who wanted that text.
    const last = during.findLast(({ at }) => at <= to) ?? during[0];
    if (!last) return 'unknown';
    return last.isRight ? 'right' : `${last.fault} of ${endpoint}: ${text}`;
  }
}

/** Two processes of one machine, and rounding. */
const clockMs = 50;

/** Redraws may ask for the text without its inner stops. */
const bare = (text: string): string => text.replaceAll(/[\p{P}\s]/gu, '');

function watchMemory(): () => { growthMb: number; mostMb: number; slope: number } {
  const begun = performance.now();
  const samples: { x: number; y: number }[] = [];
  const look = () => {
    const figures = readProcessFigures(process.pid);
    if (figures) samples.push({ x: (performance.now() - begun) / 3_600_000, y: figures.rssMb });
  };
  const timer = setInterval(look, sampleEveryMs);
  return () => {
    clearInterval(timer);
    look();
    const settled = samples.slice(Math.floor(samples.length * warmUpShare));
    const part = Math.max(1, Math.floor(settled.length / 5));
    const median = (list: typeof settled) =>
      quantile(
        list.map(({ y }) => y),
        0.5,
      );
    const growthMb = median(settled.slice(-part)) - median(settled.slice(0, part));
    return {
      growthMb,
      mostMb: Math.max(...samples.map(({ y }) => y)),
      slope: slopeWithBounds(settled).slope,
    };
  };
}
