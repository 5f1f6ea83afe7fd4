import t from 'tap';
import { engineFaults } from '../../../../workers/tts/endpoint.ts';
import type {
  EngineView,
  LadderView,
  Outcome,
  PastTry,
  Step,
  Try,
  Why,
} from '../../../../workers/tts/policies/ladder.ts';
import { nextStep } from '../../../../workers/tts/policies/ladder.ts';
import { seeded } from '../../../supervisor/seeded.ts';

const draws = { seeds: true, safer: true, whole: true };
const none = { seeds: false, safer: false, whole: false };
const place = (name: string, { ready = true, free = true } = {}) => ({ name, ready, free });
const embedded: EngineView = { id: 'embedded', draws: none, endpoints: [place('embedded')] };
const two: EngineView[] = [
  { id: 'gsv', draws, endpoints: [place('gsv-1'), place('gsv-2')] },
  { id: 'web', draws, endpoints: [place('web-1')] },
];

const view = (changes: Partial<LadderView> = {}): LadderView => ({
  text: '好的，谢谢大家。',
  roll: 0,
  redraws: 2,
  now: 10_000,
  engines: two,
  embedded,
  past: [],
  askedEarlier: false,
  ...changes,
});
const past = (endpoint: string, outcome?: Outcome, changes: Partial<PastTry> = {}): PastTry => ({
  engine: endpoint.split('-')[0] ?? '',
  endpoint,
  rung: 'plain',
  ...(outcome && { outcome, endedAt: 9_000 }),
  ...changes,
});
const told = (step: Step) => (step.kind === 'ask' ? `${step.try.endpoint} ${step.try.rung}` : step.kind);
const next = (changes: Partial<LadderView>, why: Why = 'failed') => told(nextStep(view(changes), why));

void t.test(
  'nextStep() climbs on the same endpoint as long as only the sound is at fault and redraws last',
  (t) => {
    const climbed: Try[] = [];
    const tries: PastTry[] = [];
    for (let index = 0; index < 6; index++) {
      const step = nextStep(view({ past: tries, redraws: 5 }), index === 0 ? 'first' : 'failed');
      if (step.kind !== 'ask') break;
      climbed.push(step.try);
      tries.push({ ...step.try, outcome: 'rejected', endedAt: index });
    }
    t.same(
      climbed.map(({ endpoint, rung, draw, text }) => [endpoint, rung, draw.safer, draw.streamed, text]),
      [
        ['gsv-1', 'plain', false, true, '好的，谢谢大家。'],
        ['gsv-1', 'reseeded', false, true, '好的，谢谢大家。'],
        ['gsv-1', 'safer', true, true, '好的，谢谢大家。'],
        ['gsv-1', 'whole', true, false, '好的，谢谢大家。'],
        ['gsv-1', 'merged', true, false, '好的谢谢大家。'],
        ['gsv-1', 'merged', true, false, '好的谢谢大家。'],
      ],
    );
    t.equal(new Set(climbed.map(({ draw }) => draw.seed)).size, 6, 'each with another seed');
    t.equal(next({ past: tries, redraws: 5 }), 'web-1 plain');
    t.end();
  },
);

void t.test(
  'nextStep() goes to the next endpoint when the server is at fault, then to the next engine',
  (t) => {
    for (const fault of [
      'unreachable',
      'server',
      'refused',
      'first-byte-timeout',
      'left-alone',
      'limited',
    ] as const) {
      t.equal(next({ past: [past('gsv-1', fault)] }), 'gsv-2 plain');
      t.equal(next({ past: [past('gsv-1', fault), past('gsv-2', fault)] }), 'web-1 plain');
    }
    t.end();
  },
);

void t.test('nextStep() leaves an endpoint after two sentinels', (t) => {
  t.equal(next({ past: [past('gsv-1', 'sentinel')] }), 'gsv-1 reseeded');
  t.equal(next({ past: [past('gsv-1', 'sentinel'), past('gsv-1', 'sentinel')] }), 'gsv-2 safer');
  t.end();
});

void t.test('nextStep() samples more steadily at once after a sound that had no end', (t) => {
  t.equal(next({ past: [past('gsv-1', 'too-large')] }), 'gsv-1 safer');
  t.end();
});

void t.test('nextStep() does not ask again where nothing would be different', (t) => {
  const engines = [{ id: 'gsv', draws: none, endpoints: [place('gsv-1'), place('gsv-2')] }];
  t.equal(next({ engines, text: '欢迎大家', past: [past('gsv-1', 'rejected')] }), 'earlier');
  t.equal(next({ engines, past: [past('gsv-1', 'rejected')] }), 'gsv-1 merged');
  t.end();
});

void t.test('nextStep() goes elsewhere when somebody is busy, and waits when all are', (t) => {
  const busy = { endedAt: 10_000, retryAfterMs: 400 };
  t.equal(next({ past: [past('gsv-1', 'busy', busy)] }), 'gsv-2 plain');
  const engines = two.slice(0, 1);
  const all = [past('gsv-1', 'busy', busy), past('gsv-2', 'busy', { endedAt: 9_950 })];
  t.same(nextStep(view({ engines, past: all }), 'failed'), { kind: 'wait', waitMs: 100 });
  t.equal(next({ engines, past: all, now: 10_100 }), 'gsv-2 plain');
  t.end();
});

void t.test('nextStep() keeps nobody in silence for who is busy for long', (t) => {
  const engines = [{ id: 'gsv', draws, endpoints: [place('gsv-1')] }];
  const asked = past('gsv-1', 'busy', { endedAt: 10_000, retryAfterMs: 5_000 });
  t.equal(next({ engines, past: [asked], now: 10_000 }), 'earlier');
  t.equal(next({ engines, past: [asked], now: 10_000, askedEarlier: true }), 'embedded plain');
  const often = [10_000, 10_150, 10_450, 11_050].map((endedAt) => past('gsv-1', 'busy', { endedAt }));
  t.equal(next({ engines, past: often.slice(0, 3), now: 10_450 }), 'wait');
  t.equal(next({ engines, past: often, now: 11_050 }), 'earlier');
  t.end();
});

void t.test(
  'nextStep() waits in the queue of the best one when all have work, but not because one is quiet',
  (t) => {
    const engines = [{ id: 'gsv', draws, endpoints: [place('gsv-1', { free: false })] }];
    t.equal(next({ engines }, 'first'), 'gsv-1 plain');
    t.equal(next({ engines: [...engines, ...two.slice(1)] }, 'first'), 'web-1 plain');
    t.equal(next({ engines }, 'quiet'), 'earlier');
    t.end();
  },
);

void t.test('nextStep() asks another address before another engine when one is quiet', (t) => {
  t.equal(next({ past: [past('gsv-1')] }, 'quiet'), 'gsv-2 plain');
  t.equal(next({ past: [past('gsv-1'), past('gsv-2')] }, 'quiet'), 'web-1 plain');
  t.equal(next({ past: [past('gsv-1'), past('gsv-2'), past('web-1')] }, 'quiet'), 'earlier');
  t.end();
});

void t.test(
  'nextStep() comes to the earlier rendition, then to the embedded voice, twice at the most',
  (t) => {
    const failed = ['gsv-1', 'gsv-2', 'web-1'].map((name) => past(name, 'unreachable'));
    t.equal(next({ past: failed }), 'earlier');
    t.equal(next({ past: failed, askedEarlier: true }), 'embedded plain');
    const once = [...failed, past('embedded', 'rejected')];
    t.equal(next({ past: once, askedEarlier: true }), 'embedded reseeded');
    t.equal(next({ past: [...once, past('embedded', 'rejected')], askedEarlier: true }), 'none');
    t.equal(next({ past: [...failed, past('embedded', 'refused')], askedEarlier: true }), 'none');
    t.equal(next({ engines: [] }, 'first'), 'embedded plain', 'alone it is the wanted voice');
    t.equal(next({}, 'late'), 'embedded plain');
    t.equal(next({ past: [past('embedded')] }, 'late'), 'none');
    t.end();
  },
);

/** Climbs with random outcomes in a world that changes at random, as nobody answers well; the problems that were seen. */
function climb(seed: number): string[] {
  const random = seeded(seed);
  const problems: string[] = [];
  const engines: EngineView[] = Array.from({ length: Math.floor(random() * 4) }, (_, engine) => ({
    id: `e${engine}`,
    draws: { seeds: random() < 0.7, safer: random() < 0.7, whole: random() < 0.7 },
    endpoints: Array.from({ length: 1 + Math.floor(random() * 3) }, (_, at) => place(`e${engine}-${at}`)),
  }));
  const outcomes: Outcome[] = [
    ...engineFaults,
    'rejected',
    'rejected',
    'unjudged',
    'full',
    'limited',
    'error',
  ];
  const state = view({ engines, redraws: Math.floor(random() * 9) });
  const tries: PastTry[] = [];
  const asked = new Set<string>();
  let why: Why = 'first';
  let rounds = 0;
  for (; rounds < 200; rounds++) {
    const ended = tries.filter(({ outcome }) => outcome === undefined);
    for (const one of ended) {
      if (why === 'quiet' && random() < 0.5) continue;
      one.outcome = outcomes[Math.floor(random() * outcomes.length)] ?? 'error';
      one.endedAt = state.now;
    }
    for (const { endpoints } of engines) {
      for (const one of endpoints) Object.assign(one, { ready: random() < 0.7, free: random() < 0.7 });
    }
    const step = nextStep({ ...state, past: tries }, why);
    if (step.kind === 'wait') {
      if (step.waitMs <= 0) problems.push('waits for nothing');
      state.now += step.waitMs;
      why = 'failed';
      continue;
    }
    if (step.kind === 'earlier') state.askedEarlier = true;
    if (step.kind === 'none' && !tries.some(({ outcome }) => outcome === undefined)) break;
    if (step.kind === 'ask') {
      const { engine, endpoint, draw, text } = step.try;
      const key = JSON.stringify([endpoint, draw, text]);
      if (asked.has(key)) problems.push(`the same again: ${key}`);
      asked.add(key);
      const there = engines.flatMap(({ endpoints }) => endpoints).find(({ name }) => name === endpoint);
      if (there && !there.ready) problems.push(`${endpoint} is left alone and was asked`);
      if (engine !== 'embedded' && !there) problems.push(`${endpoint} is nowhere`);
      tries.push({ ...step.try });
    }
    why = random() < 0.2 ? 'quiet' : 'failed';
    state.now += 100;
  }
  if (rounds >= 200) problems.push('it does not end');
  if (tries.length > 18) problems.push(`${tries.length} tries`);
  if (!tries.some(({ engine }) => engine === 'embedded')) problems.push('the embedded voice was not asked');
  if (engines.length > 0 && !state.askedEarlier) problems.push('no earlier rendition was looked for');
  return problems;
}

void t.test('nextStep() ends, at the embedded voice, and never asks the same twice', (t) => {
  for (let seed = 1; seed <= 5_000; seed++) {
    const problems = climb(seed);
    if (problems.length > 0) t.same(problems, [], `seed ${seed}`);
  }
  t.end();
});
