import t from 'tap';
import { SoundCache } from '../../../workers/tts/sound-cache.ts';
import { SynthesisFailedError } from '../../../workers/tts/synthesiser.ts';
import type { Behaviour } from './policies/fake-endpoint.ts';
import { FakeEndpoint } from './policies/fake-endpoint.ts';
import type { SynthesiserParts } from './policies/make-synthesiser.ts';
import { makeSynthesiser, request } from './policies/make-synthesiser.ts';
import { VirtualClock } from './policies/virtual-clock.ts';
import { makeSound } from './make-sound.ts';

const hang: Behaviour = { ms: 0, fault: 'hang' };
const down: Behaviour = { ms: 1, fault: 'unreachable' };
const embeddedWell: Behaviour = { ms: 40 };

/** Engines by id, each endpoint with one behaviour for every request. */
async function open(
  engines: Record<string, Behaviour[]>,
  {
    embedded = embeddedWell,
    ...parts
  }: Partial<Omit<SynthesiserParts, 'embedded'>> & { embedded?: Behaviour } = {},
) {
  const clock = new VirtualClock({ everywhere: true });
  t.teardown(() => clock[Symbol.dispose]());
  const fakes: FakeEndpoint[] = [];
  const fake = (name: string) => {
    const endpoint = new FakeEndpoint({ name, clock });
    fakes.push(endpoint);
    return endpoint;
  };
  const made = makeSynthesiser({
    clock,
    engines: Object.fromEntries(
      Object.entries(engines).map(([id, behaviours]) => [id, behaviours.map((_, at) => fake(`${id}-${at}`))]),
    ),
    embedded: fake('embedded'),
    ...parts,
  });
  await clock.finish(made.warmUp());
  const behaviours = [...Object.values(engines).flat(), embedded];
  for (const [at, endpoint] of fakes.entries()) endpoint.behave = () => behaviours[at] ?? { ms: 1 };
  const speak = async (text = '欢迎来到直播间。', signal = new AbortController().signal) => {
    const begunAt = clock.now();
    const spoken = await clock.finish(made.synthesiser.speak(request(text), signal));
    const outcomes = spoken.tries.map(({ endpoint, outcome }) => `${endpoint} ${outcome}`);
    return { ...spoken, outcomes, ms: clock.now() - begunAt };
  };
  return { ...made, clock, speak, fakes };
}

void t.test('speak() gives what the first engine says, and the same from the cache', async (t) => {
  const cache = new SoundCache({ maxBytes: 1_000_000, ttlMs: 60_000 });
  const { speak, counters, statistics } = await open({ gsv: [{ ms: 100 }] }, { cache });
  const first = await speak();
  t.match(first, { engine: 'gsv', outcomes: ['gsv-0 good'] });
  t.match(first.tries[0], { rung: 'plain', ms: 200, reasons: [], draw: { safer: false, streamed: true } });
  const second = await speak();
  t.match(second, { engine: 'cache', outcomes: [], sound: first.sound });
  t.match(counters, { cacheHits: 1, cacheMisses: 1, failures: 0 });
  t.equal(statistics.cacheHits, 1);
});

void t.test('speak() moves on at once when a connection is refused', async (t) => {
  const { speak } = await open({ gsv: [down, { ms: 100 }] });
  const { engine, outcomes, ms } = await speak();
  t.equal(engine, 'gsv');
  t.same(outcomes, ['gsv-0 unreachable', 'gsv-1 good']);
  t.ok(ms <= 205 + 150, `${ms} ms`);
});

void t.test('speak() is heard within 1.2 s when a server hangs', async (t) => {
  for (const engines of [{ gsv: [hang, { ms: 100 }] }, { gsv: [hang] }]) {
    const { speak, statistics } = await open(engines);
    const { outcomes, ms } = await speak();
    t.same(outcomes[0], 'gsv-0 lost');
    t.ok(ms <= 1_200, `${ms} ms`);
    t.equal(statistics.snapshot().endpoints[0]?.lost, 1);
  }
});

void t.test('speak() redraws with other seeds what may not be heard, then goes on', async (t) => {
  const { speak, fakes, statistics } = await open({ gsv: [{ ms: 10, fault: 'bad' }] });
  const { engine, outcomes } = await speak();
  t.equal(engine, 'embedded');
  t.same(outcomes, ['gsv-0 rejected', 'gsv-0 rejected', 'gsv-0 rejected', 'embedded good']);
  const draws = fakes[0]?.asked.slice(-3).map(({ draw }) => draw) ?? [];
  t.equal(new Set(draws.map(({ seed }) => seed)).size, 3);
  t.same(
    draws.map(({ safer }) => safer),
    [false, false, true],
  );
  t.match(statistics.snapshot().endpoints[0], { rejects: { 'bad sound': 3 } });
});

void t.test(
  'speak() draws the same for the same text in every process, and another for another roll',
  async (t) => {
    const seeds: (number | undefined)[] = [];
    for (const roll of [0, 0, 1]) {
      const { clock, synthesiser, fakes } = await open({ gsv: [{ ms: 10 }] });
      await clock.finish(synthesiser.speak({ ...request('欢迎'), roll }, new AbortController().signal));
      seeds.push(fakes[0]?.asked.at(-1)?.draw.seed);
    }
    t.equal(seeds[0], seeds[1]);
    t.not(seeds[0], seeds[2]);
  },
);

void t.test('speak() takes an earlier rendition before the embedded voice', async (t) => {
  const sound = makeSound(1_000);
  const { speak, statistics } = await open({ gsv: [down] }, { findEarlier: async () => sound });
  t.match(await speak(), { engine: 'earlier', sound });
  t.equal(statistics.snapshot().earlier, 1);
});

void t.test('speak() does not keep the embedded voice for when the engine is back', async (t) => {
  const cache = new SoundCache({ maxBytes: 1_000_000, ttlMs: 60_000 });
  const { speak, fakes } = await open({ gsv: [down] }, { cache });
  t.equal((await speak()).engine, 'embedded');
  const [gsv] = fakes;
  if (gsv) gsv.behave = () => ({ ms: 10 });
  t.equal((await speak()).engine, 'gsv');
  t.equal((await speak()).engine, 'cache');
});

void t.test('speak() leaves the embedded voice its time, whatever the others do', async (t) => {
  // Heard, and never done: nobody is asked because of silence.
  const { speak } = await open({ gsv: [{ ms: 590 }] }, { timeoutMs: 5_000 });
  t.equal((await speak()).engine, 'gsv');
  const endless = await open({ gsv: [{ ms: 100 }] }, { timeoutMs: 5_000 });
  const [gsv] = endless.fakes;
  if (gsv) {
    gsv.speak = async (_, { signal, onFirstByte }) => {
      onFirstByte();
      await endless.clock.delay(60_000, signal);
      throw signal.reason;
    };
  }
  const { engine, ms } = await endless.speak();
  t.equal(engine, 'embedded');
  t.ok(ms >= 3_000 && ms < 3_200, `${ms} ms`);
});

void t.test('speak() finishes the embedded voice by itself when the finisher hangs or dies', async (t) => {
  const dead = { finish: async () => await Promise.reject(new Error('a thread died')) };
  const hanging = { finish: async () => await new Promise<never>(() => undefined) };
  for (const finisher of [dead, hanging]) {
    const { speak } = await open({ gsv: [{ ms: 10 }] }, { finisher });
    const { engine, outcomes, ms } = await speak();
    t.equal(engine, 'embedded');
    t.same(outcomes, ['gsv-0 unjudged', 'embedded good']);
    t.ok(ms < 2_500, `${ms} ms`);
  }
});

void t.test('speak() never gives a sound that was refused, and says why there is none', async (t) => {
  const bad: Behaviour = { ms: 10, fault: 'bad' };
  const { speak, counters } = await open({ gsv: [bad], web: [down] }, { embedded: bad });
  await t.rejects(
    speak(),
    new SynthesisFailedError(
      'gsv: rejected (bad sound) ×3; web: unreachable; embedded: rejected (bad sound) ×2',
    ),
  );
  t.equal(counters.failures, 6);
});

void t.test('speak() ends at the deadline although everything hangs', async (t) => {
  const { clock, speak } = await open({ gsv: [hang] }, { embedded: hang, timeoutMs: 3_000 });
  const begunAt = clock.now();
  await t.rejects(speak(), new SynthesisFailedError('gsv: total-timeout; embedded: total-timeout'));
  t.equal(clock.now() - begunAt, 3_000);
});

void t.test('speak() throws the reason of the signal, which is no failure of anybody', async (t) => {
  const { clock, synthesiser, counters, endpoints } = await open({ gsv: [hang] });
  const stop = new AbortController();
  const speaking = synthesiser.speak(request('欢迎'), stop.signal);
  await clock.pass(300);
  stop.abort(new Error('a successor does it'));
  await t.rejects(clock.finish(speaking), { message: 'a successor does it' });
  t.equal(counters.failures, 0);
  t.match(endpoints[0]?.state, { state: 'closed', inFlight: 0 });
});

void t.test('speak() asks the embedded voice at once when it is the only one', async (t) => {
  const { speak, synthesiser } = await open({});
  t.equal(synthesiser.engineName, 'embedded');
  t.match(await speak(), { engine: 'embedded', outcomes: ['embedded good'] });
});

void t.test('speak() does not wait for an engine that is left alone', async (t) => {
  const { speak, fakes } = await open({ gsv: [down] });
  for (let index = 0; index < 3; index++) await speak(`第${index}句。`);
  const asked = fakes[0]?.asked.length;
  const { outcomes } = await speak('再来一句。');
  t.same(outcomes, ['embedded good']);
  t.equal(fakes[0]?.asked.length, asked);
});
