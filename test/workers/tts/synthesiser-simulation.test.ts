import t from 'tap';
import { engineFaults } from '../../../workers/tts/endpoint.ts';
import { SynthesisFailedError } from '../../../workers/tts/synthesiser.ts';
import { seeded } from '../../supervisor/seeded.ts';
import type { Behaviour } from './policies/fake-endpoint.ts';
import { FakeEndpoint, makeRaw } from './policies/fake-endpoint.ts';
import {
  judgeFake,
  makeSynthesiser,
  openMemoryCache,
  request,
  webLimits,
} from './policies/make-synthesiser.ts';
import { VirtualClock } from './policies/virtual-clock.ts';

const seeds = 2_000;
const requestsPerSeed = 10;
const timeoutMs = 6_000;
const probeMs = 15_000;
/** The longest that a cache looks. */
const cacheMs = 300;
/** What the embedded voice has beyond the time of all others. */
const lastResortMs = 8_000;

interface Drawing {
  random: () => number;
  /** How often something goes wrong. */
  trouble: number;
}

function drawBehaviour({ random, trouble }: Drawing): Behaviour {
  const ms = 20 + random() * 300;
  if (random() >= trouble) return { ms };
  const faults = [...engineFaults, 'bad', 'bad', 'hang', 'hang', 'throw'] as const;
  const fault = faults[Math.floor(random() * faults.length)];
  if (!fault) return { ms };
  const status = fault === 'server' && random() < 0.5 ? 503 : 0;
  return { ms: random() < 0.2 ? ms * 20 : ms, fault, status, deafMs: random() < 0.1 ? random() * 2_000 : 0 };
}

const sentences = ['好的，谢谢大家，', '欢迎', '这一款，今天特价，只要九十九元，', '嗯，'];

async function simulate(seed: number): Promise<string[]> {
  const random = seeded(seed);
  const problems: string[] = [];
  using clock = new VirtualClock({ everywhere: true });
  const drawing: Drawing = { random, trouble: random() };
  const endpoint = (name: string) => {
    const slots = random() < 0.7 ? 1 : 2;
    return new FakeEndpoint({ name, clock, slots, behave: () => drawBehaviour(drawing) });
  };
  const engines: Record<string, FakeEndpoint[]> = {};
  for (let index = 0; index < 1 + Math.floor(random() * 3); index++) {
    const id = `engine-${index}`;
    engines[id] = Array.from({ length: 1 + Math.floor(random() * 2) }, (_, at) => endpoint(`${id}-${at}`));
  }
  const isEmbeddedWell = random() < 0.85;
  const embedded = new FakeEndpoint({
    name: 'embedded',
    clock,
    slots: 2,
    behave: () => (isEmbeddedWell ? { ms: 10 + random() * 60 } : drawBehaviour(drawing)),
  });
  const isFinisherIll = random() < 0.2;
  const isCacheIll = random() < 0.2;
  await using cache = openMemoryCache(random() < 0.5 ? 1 : 0);
  // In some shows both callers want the same at the same time.
  const perText = random() < 0.5 ? 2 : 1;
  const fakes = [...Object.values(engines).flat(), embedded];
  const parts = makeSynthesiser({
    clock,
    engines,
    embedded,
    random,
    timeoutMs,
    redraws: Math.floor(random() * 9),
    finisher: {
      async finish(raw, _, signal) {
        if (isFinisherIll && random() < 0.5) throw new Error('a thread died');
        await clock.delay(isFinisherIll && random() < 0.5 ? 100_000 : 5, signal);
        return judgeFake(raw);
      },
    },
    cache: {
      async get(key, make, signal) {
        if (isCacheIll && random() < 0.2) throw new Error('the cache is broken');
        if (isCacheIll) await clock.delay(random() * cacheMs, signal);
        const found = await cache.get(key, make, signal);
        if (isCacheIll && random() < 0.1) throw new Error('the cache broke');
        return found;
      },
      warm: async (wanted, signal) => await cache.warm(wanted, signal),
    },
    async findEarlier({ text }) {
      if (random() < 0.1) throw new Error('the disk is full');
      if (random() < 0.2) await clock.delay(100_000, new AbortController().signal);
      const finished = judgeFake(makeRaw(text));
      return random() < 0.3 && finished.ok ? finished.sound : undefined;
    },
  });
  const { trouble } = drawing;
  drawing.trouble = 0;
  await clock.finish(parts.warmUp());
  drawing.trouble = trouble;

  const order: number[] = [];
  const speak = async (index: number) => {
    const number = Math.floor(index / perText);
    const text = `${sentences[number % sentences.length]}第${number}句。`;
    const begunAt = clock.now();
    const stop = new AbortController();
    const isGivenUp = random() < 0.05;
    if (isGivenUp)
      void clock.delay(random() * 1_000, stop.signal).then(() => stop.abort(new Error('given up')));
    try {
      const { sound, tries, engine } = await parts.synthesiser.speak(request(text), stop.signal);
      const samples = new Int16Array(sound.pcm.buffer);
      if (samples[0] !== 0) problems.push(`${text} has a sound that was refused`);
      // What was merged differs in its pauses only.
      const isOwn =
        String.fromCharCode(...samples.subarray(-3)) ===
        String.fromCharCode(...makeRaw(text).samples.subarray(-3));
      if (!isOwn) problems.push(`${text} has the sound of another`);
      const isNamed = ['earlier', 'cache'].includes(engine) || tries.some((one) => one.engine === engine);
      if (!isNamed) problems.push(`${text} was spoken by ${engine}, which was not asked`);
    } catch (error) {
      const isReasoned = error instanceof SynthesisFailedError && error.message.length <= 300;
      const isOwnEnd = error === stop.signal.reason;
      if (!isReasoned && !isOwnEnd) problems.push(`${text} ended with ${String(error)}`);
      if (isReasoned && isEmbeddedWell) problems.push(`${text} has no sound: ${error.message}`);
      if (isReasoned && !/\w+: \S/.test(error.message))
        problems.push(`${text} has no reason: ${error.message}`);
    }
    const mostMs = timeoutMs + cacheMs + (isEmbeddedWell ? 0 : lastResortMs) + 1;
    if (clock.now() - begunAt > mostMs) problems.push(`${text} took ${clock.now() - begunAt} ms`);
    order.push(index);
  };
  const caller = async (first: number) => {
    for (let index = first; index < requestsPerSeed; index += 2) await speak(index);
  };
  await clock.finish(Promise.all([caller(0), caller(1)]));
  for (const parity of [0, 1]) {
    const own = order.filter((index) => index % 2 === parity);
    if (own.some((index, at) => index !== at * 2 + parity)) problems.push(`order ${own.join()}`);
  }
  drawing.trouble = 0;
  await clock.pass(webLimits.breaker.maxOpenMs + probeMs + 100);
  for (const { name, state } of parts.endpoints) {
    if (state.state !== 'closed') problems.push(`${name} is ${state.state} although it is well`);
    if (state.inFlight > 0) problems.push(`${name} has ${state.inFlight} in flight although nobody asks`);
  }
  for (const { name, slots, mostInFlight } of fakes) {
    if (mostInFlight > slots) problems.push(`${name} had ${mostInFlight} at once, of ${slots}`);
  }
  await clock.finish(parts[Symbol.asyncDispose]());
  return problems;
}

void t.test('speak() keeps its promises whatever the endpoints do', async (t) => {
  for (let seed = 1; seed <= seeds; seed++) {
    const problems = await simulate(seed);
    if (problems.length === 0 && seed < seeds) continue;
    t.same(problems, [], `seed ${seed}`);
    return;
  }
});
