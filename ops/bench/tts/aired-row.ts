import { setTimeout as sleep } from 'node:timers/promises';
import { configSchema } from '../../../protocol/config.ts';
import { segmentId } from '../../../protocol/ids.ts';
import type { AudioChunk } from '../../../protocol/speech.ts';
import { audioSubject } from '../../../protocol/subjects.ts';
import type { Bus } from '../../../workers/bus.ts';
import { publishUtterance } from '../../../workers/reply/publish-utterance.ts';
import type { Measured } from '../measure-rows.ts';
import type { BenchOptions, Figure } from '../report.ts';
import { quantile } from '../report.ts';
import { countFaults, faultyEngines, makeFaulty, openFaultyServers } from './faulty-servers.ts';
import type { Heard } from './judge-aired.ts';
import { judgeAired } from './judge-aired.ts';
import { Listener } from './listener.ts';
import type { PlannedUtterance } from './utterance-plan.ts';
import { planUtterances, segmentsFor } from './utterance-plan.ts';
import type { VoiceStage } from './voice-stage.ts';
import { openVoiceStage } from './voice-stage.ts';

const seed = 89;
const room = 'demo';
/** Of the requests of the row beside this one: here each takes its way over the bus and through the playlist. */
const share = 1 / 5;
const quickSegments = 60;
const kills = { quick: 2, full: 6 };
/** More than are spoken at once, so that a worker that dies holds some; few enough that none waits for long. */
const openUtterances = 10;
const playEveryMs = 20;
const sayEveryMs = 10_000;
const stallMs = 60_000;
const mostMs = { common: 120_000, perSegment: 2_000 };
/** Longer than the bus waits for an answer to what it has given out. */
const lateMs = 20_000;
const toldOfEach = 5;

/** What is heard of utterances when those who make their sound do everything wrong, and those who ask for it are killed. */
export async function measureAired({
  isQuick,
  requests,
  signal: ending,
  say,
}: BenchOptions): Promise<Measured> {
  const wanted = Math.max(1, Math.round(requests * share));
  const plan = planUtterances({ segments: isQuick ? Math.min(wanted, quickSegments) : wanted, seed });
  const total = plan.reduce((sum, { sentences }) => sum + sentences.length, 0);
  const stop = new AbortController();
  const deadline = AbortSignal.timeout(mostMs.common + total * mostMs.perSegment);
  const signal = AbortSignal.any([stop.signal, deadline, ...(ending ? [ending] : [])]);
  await using servers = await openFaultyServers();
  const config = configSchema.parse({
    rooms: [{ id: room, source: { type: 'douyin', webRid: room } }],
    tts: faultyEngines(servers),
  });
  const engines = { gsv: servers.gsv.length, web: 1, cosy: 1 };
  await using stage = await openVoiceStage({ config, engines, signal });
  await makeFaulty(servers);

  const listener = new Listener({ room, slotTimeoutMs: config.audio.slotTimeoutMs });
  const killer = new Killer(stage, { total, count: isQuick ? kills.quick : kills.full });
  const asked = new Asked(stage.speech);
  const watching = watch(listener, {
    stop: (reason) => stop.abort(reason),
    tell: () => say(`${listener.heard.length} segments of ${total}, ${killer.done} kills`),
  });
  using _watching = { [Symbol.dispose]: () => watching.forEach((timer) => clearInterval(timer)) };
  const reading = (async () => {
    const from = { filter: audioSubject(room), from: { seq: 1 }, signal };
    for await (const { body, seq } of stage.sound.read('AUDIO', 'chunk', from)) {
      listener.take(body, seq);
      killer.see(body, listener.complete.size);
    }
  })();
  reading.catch((error: unknown) => stop.abort(error));
  const broken: string[] = [];
  try {
    await sayAll(plan, { asked, listener, signal });
    await killer.over();
    await untilAnswered(stage, signal);
  } catch (error) {
    broken.push(`ended before its time: ${error instanceof Error ? error.message : String(error)}`);
  }
  const states = await Promise.all(servers.all.map(async (server) => await server.state()));
  stop.abort(new Error('all is heard'));
  await reading.catch(() => undefined);
  const measured = report({ asked, listener, kills: killer.done, faults: countFaults(states) });
  if (killer.left > 0) measured.notes.push(`${killer.left} kills were left out: no spare was warm in time`);
  measured.notes.push(...stage.failures.map((why) => `a spare did not come up: ${why}`).slice(0, toldOfEach));
  return { ...measured, broken: [...broken, ...measured.broken].slice(0, 20) };
}

/** Several utterances are open at once, each until it has ended. */
async function sayAll(
  plan: readonly PlannedUtterance[],
  { asked, listener, signal }: { asked: Asked; listener: Listener; signal: AbortSignal },
): Promise<void> {
  let next = 0;
  const speak = async () => {
    for (let number = next++; number < plan.length; number = next++) {
      const utterance = plan[number];
      if (!utterance) return;
      asked.segments.set(utterance.id, utterance.sentences.length);
      await publishUtterance(asked, segmentsFor(utterance, { room, number }), signal);
      await listener.untilEnded(utterance.id, signal);
    }
  };
  await Promise.all(Array.from({ length: openUtterances }, speak));
}

/** What a dead worker had may come once more, and must not be heard again. */
async function untilAnswered(stage: VoiceStage, signal: AbortSignal): Promise<void> {
  for (const end = performance.now() + lateMs; (await stage.unanswered()) > 0; await sleep(200)) {
    signal.throwIfAborted();
    if (performance.now() > end) throw new Error('segments that were given out are not answered');
  }
  await sleep(500);
}

/** What was published, and when. */
class Asked implements Pick<Bus, 'publish' | 'read'> {
  /** How many each utterance has. */
  readonly segments = new Map<string, number>();
  /** When it was put onto the bus (performance.now()), by segment. */
  readonly at = new Map<string, number>();
  readonly read: Bus['read'];
  readonly publish: Bus['publish'];

  constructor(bus: Bus) {
    this.read = bus.read.bind(bus);
    this.publish = async (subject, type, body, options) => {
      this.at.set(options.msgId, performance.now());
      return await bus.publish(subject, type, body, options);
    };
  }
}

/** So many chunks are let go by that are not at the right moment. */
const mostPassed = 3;

/** Kills who speaks, evenly over the segments: in turn in the middle of a sound, and before it may have said that it has made one. */
class Killer {
  done = 0;
  readonly #stage: VoiceStage;
  readonly #count: number;
  readonly #every: number;
  #replacing: Promise<void> = Promise.resolve();
  #passed = 0;

  constructor(stage: VoiceStage, { total, count }: { total: number; count: number }) {
    this.#stage = stage;
    this.#count = count;
    this.#every = total / (count + 1);
  }

  get left(): number {
    return this.#count - this.done;
  }

  /** A chunk has come; so many segments have all of their sound, heard or not: what is quick to make waits to be heard. */
  see({ last }: AudioChunk, made: number): void {
    if (this.left === 0 || made < (this.done + 1) * this.#every || !this.#stage.isCovered) return;
    // Where all sounds come in one piece there is no middle of one.
    const isMoment = last === (this.done % 2 === 1) || (last && this.#passed >= mostPassed);
    this.#passed = isMoment ? 0 : this.#passed + 1;
    if (!isMoment) return;
    this.done += 1;
    this.#replacing = this.#stage.replaceWorker();
    this.#replacing.catch(() => undefined);
  }

  /** Throws when a successor did not come. */
  async over(): Promise<void> {
    await this.#replacing;
  }
}

function watch(
  listener: Listener,
  { stop, tell }: { stop: (reason: Error) => void; tell: () => void },
): NodeJS.Timeout[] {
  const look = () => {
    listener.play();
    if (performance.now() - listener.lastAt > stallMs)
      stop(new Error(`nothing ended for ${stallMs / 1_000} s`));
  };
  return [setInterval(look, playEveryMs), setInterval(tell, sayEveryMs)];
}

function report({
  asked,
  listener,
  kills: killed,
  faults,
}: {
  asked: Asked;
  listener: Listener;
  kills: number;
  faults: number;
}): Required<Measured> {
  const { heard, chunks, complete, refused } = listener;
  const { lost, reordered, twice, unasked } = judgeAired(asked.segments, heard);
  const seconds = [...complete].flatMap(([id, { at }]) => (at - (asked.at.get(id) ?? NaN)) / 1_000 || []);
  const by = Map.groupBy(complete.values(), ({ engine }) => engine);
  const figures: Figure[] = [
    { what: 'segments on the bus', value: asked.at.size, unit: '' },
    { what: 'utterances', value: asked.segments.size, unit: '' },
    { what: 'faults that servers were told to make for them', value: faults, unit: '' },
    { what: 'kills of the worker', value: killed, unit: '' },
    { what: 'segments never heard', value: lost.length, unit: '', goal: 0 },
    { what: "segments heard out of their utterance's order", value: reordered.length, unit: '', goal: 0 },
    { what: 'segments heard twice', value: twice.length, unit: '', goal: 0 },
    { what: 'segments heard that nobody asked for', value: unasked.length, unit: '', goal: 0 },
    { what: 'chunks that do not follow those before', value: chunks.misplaced.length, unit: '', goal: 0 },
    { what: 'chunks that could not be used', value: refused.length, unit: '', goal: 0 },
    { what: 'sounds without an end, of killed workers', value: chunks.cutOff, unit: '' },
    { what: 'segments spoken by two workers, one passed over', value: chunks.spokenAgain, unit: '' },
    { what: 'from the bus to all of the sound, p50', value: quantile(seconds, 0.5), unit: 's' },
    { what: 'from the bus to all of the sound, p99', value: quantile(seconds, 0.99), unit: 's' },
  ];
  const shares = [...by].map(
    ([engine, of]) => `${engine} ${((100 * of.length) / complete.size).toFixed(0)} %`,
  );
  const tell = (what: string, which: readonly Heard[], why: (segment: Heard) => string = () => '') =>
    which
      .slice(0, toldOfEach)
      .map((segment) => `${what}: ${segmentId(segment.utteranceId, segment.index)}${why(segment)}`);
  const broken = [
    ...tell('never heard', lost, (segment) => ` (${whyLost(segment, listener)})`),
    ...tell('heard out of order', reordered),
    ...tell('heard twice', twice),
    ...tell('nobody asked for it', unasked),
    ...chunks.misplaced.slice(0, toldOfEach).map((id) => `does not follow the chunk before: ${id}`),
    ...refused.slice(0, toldOfEach).map((what) => `could not be used: ${what}`),
  ];
  return { figures, notes: [`heard from ${shares.join(', ')}`], broken };
}

function whyLost({ utteranceId, index }: Heard, { missing, endings, complete }: Listener): string {
  const id = segmentId(utteranceId, index);
  const ending = endings.get(utteranceId);
  const end = ending
    ? `its utterance ended: ${[ending.what, ending.reason].join(' ').trim()}`
    : 'no end came';
  return missing.get(id) ?? (complete.has(id) ? `its sound had come; ${end}` : `no sound came; ${end}`);
}
