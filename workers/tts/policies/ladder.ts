import type { Draw, EngineFault } from '../endpoint.ts';
import { drawSeed } from './draw-seed.ts';
import { mergeClauses } from './merge-clauses.ts';

/**
 * What became of a try. Beside what engines fail with: `good`; `rejected` by the quality gate; `unjudged`, the gate did not answer;
 * `lost`, another was faster; `quiet` and `slow`, so was another that was asked because this one had said nothing, or was not whole, for as
 * long as it was given; `full`, `limited` and `left-alone`, nothing was sent at all, since too many wait there, too much was
 * asked lately, or its breaker is open; `error`, anything else that was thrown.
 */
export type Outcome =
  | EngineFault
  | 'good'
  | 'rejected'
  | 'unjudged'
  | 'lost'
  | 'quiet'
  | 'slow'
  | 'full'
  | 'limited'
  | 'left-alone'
  | 'error';

/** From an ordinary try to the steadiest one; each has what the ones before it have. */
export type Rung = 'plain' | 'reseeded' | 'safer' | 'whole' | 'merged';

export interface Try {
  engine: string;
  endpoint: string;
  rung: Rung;
  draw: Draw;
  text: string;
}

/** A try that was begun; without an outcome while it runs. */
export interface PastTry {
  engine: string;
  endpoint: string;
  rung: Rung;
  outcome?: Outcome;
  endedAt?: number;
  /** What a busy endpoint asked for. */
  retryAfterMs?: number;
  /** Of HTTP, when there was an answer that was no success. */
  status?: number;
}

export interface EndpointView {
  name: string;
  /** Warm, not being renewed, and its breaker closed. */
  ready: boolean;
  /** It would be sent at once. */
  free: boolean;
}

export interface EngineView {
  id: string;
  draws: { seeds: boolean; safer: boolean; whole: boolean };
  endpoints: readonly EndpointView[];
}

export interface LadderView {
  text: string;
  /** Another number is another rendition of the same text, wanted as such. */
  roll: number;
  redraws: number;
  now: number;
  /** In order of preference, without the embedded one. */
  engines: readonly EngineView[];
  embedded: EngineView;
  past: readonly PastTry[];
  /** Whether an earlier rendition has been looked for. */
  askedEarlier: boolean;
}

/** Why another try is wanted. `quiet`: nothing was heard of those that run. `late`: there is only time for the embedded voice. */
export type Why = 'first' | 'failed' | 'quiet' | 'late';

export type Step =
  | { kind: 'ask'; try: Try }
  | { kind: 'earlier' }
  /** Somebody is busy and nobody else is there. */
  | { kind: 'wait'; waitMs: number }
  | { kind: 'none' };

/** Before the embedded voice; more than any room waits for. */
const maxTries = 16;
const maxEmbeddedTries = 2;
const firstBusyMs = 150;
const longestBusyMs = 1_000;
/** Since the first of them said so: for who is busy longer, the room is not kept in silence. */
const mostBusyMs = 1_500;

/**
 * What to try next. On the same endpoint as long as only the sound was at fault and redraws last: another seed, steadier sampling,
 * whole instead of in pieces, fewer pauses. Else on the next address, the next engine, then what was rendered earlier, and at last
 * the embedded voice.
 */
export function nextStep(view: LadderView, why: Why): Step {
  if (why === 'late') return askEmbedded(view);
  const places = view.past.length < maxTries ? findPlaces(view) : [];
  const free = places.filter(({ free, waitMs }) => free && waitMs === 0);
  const place = free.find(({ isLast }) => isLast) ?? free[0];
  if (place) return { kind: 'ask', try: makeTry(view, place) };
  if (why === 'quiet') return askEarlier(view);
  const queue = places.find(({ waitMs }) => waitMs === 0);
  if (queue) return { kind: 'ask', try: makeTry(view, queue) };
  if (places.length === 0) return askEarlier(view);
  const wait: Step = { kind: 'wait', waitMs: Math.min(...places.map(({ waitMs }) => waitMs)) };
  if (view.now + wait.waitMs - busySince(view) <= mostBusyMs) return wait;
  const other = askEarlier(view);
  return other.kind === 'none' ? wait : other;
}

function busySince({ past, now }: LadderView): number {
  const busy = past.filter(({ outcome }) => outcome && passing.has(outcome));
  return Math.min(now, ...busy.map(({ endedAt }) => endedAt ?? now));
}

interface Place {
  engine: EngineView;
  endpoint: string;
  rung: Rung;
  free: boolean;
  /** Until an endpoint that said it was busy may be asked again. */
  waitMs: number;
  /** The try that ended last was there, and another there may help. */
  isLast: boolean;
}

function findPlaces(view: LadderView): Place[] {
  const settled = view.past.filter(({ outcome }) => outcome !== undefined);
  const last = settled.toSorted((a, b) => (a.endedAt ?? 0) - (b.endedAt ?? 0)).at(-1);
  return view.engines.flatMap((engine) => {
    const rung = nextRung(view, engine);
    if (rung === undefined) return [];
    return engine.endpoints
      .map(({ name, ready, free }): Place | undefined => {
        const waitMs = ready ? waitAt(view, engine.id, name) : undefined;
        if (waitMs === undefined) return undefined;
        const isLast = last?.engine === engine.id && last.endpoint === name;
        return { engine, endpoint: name, rung, free, waitMs, isLast };
      })
      .filter((place) => place !== undefined);
  });
}

/** Faults of a sound or of one inference: the same endpoint may do better with another draw. */
const mended: ReadonlySet<Outcome> = new Set(['rejected', 'sentinel', 'garbage', 'cut-off', 'too-large']);
const passing: ReadonlySet<Outcome> = new Set(['busy', 'full']);

/** How long to wait before this endpoint may be asked (again); undefined: not for this text. */
function waitAt({ past, now }: LadderView, engine: string, endpoint: string): number | undefined {
  const there = past.filter((one) => one.engine === engine && one.endpoint === endpoint);
  const last = there.at(-1);
  if (!last) return 0;
  // One that runs there is still waited for.
  if (!last.outcome) return undefined;
  if (there.filter(({ outcome }) => outcome === 'sentinel').length >= 2) return undefined;
  if (mended.has(last.outcome)) return 0;
  if (!passing.has(last.outcome)) return undefined;
  const times = there.filter(({ outcome }) => outcome && passing.has(outcome)).length;
  const pauseMs = Math.min(firstBusyMs * 2 ** (times - 1), longestBusyMs);
  return Math.max(0, (last.endedAt ?? now) + Math.max(pauseMs, last.retryAfterMs ?? 0) - now);
}

/** The rung on which an engine is asked next; undefined: it has been asked as often as makes sense. */
function nextRung({ past, redraws, text }: LadderView, engine: EngineView): Rung | undefined {
  const failed = past.filter(
    (one) => one.engine === engine.id && one.outcome !== undefined && mended.has(one.outcome),
  );
  if (failed.length === 0) return 'plain';
  if (failed.length > redraws) return undefined;
  const rungs = rungsOf(engine, text);
  // What is cut off for its length runs in a loop: another seed alone hardly ends it.
  const skipped = failed.some(({ outcome }) => outcome === 'too-large') && rungs[0] === 'reseeded' ? 1 : 0;
  const rung = rungs[failed.length - 1 + skipped];
  if (rung) return rung;
  // Redraws are left and all ways are used up: the steadiest again, with another seed.
  return engine.draws.seeds ? rungs.at(-1) : undefined;
}

function rungsOf({ draws }: EngineView, text: string): Rung[] {
  const rungs: Rung[] = [];
  if (draws.seeds) rungs.push('reseeded');
  if (draws.safer) rungs.push('safer');
  if (draws.whole) rungs.push('whole');
  if (mergeClauses(text) !== text) rungs.push('merged');
  return rungs;
}

const order: readonly Rung[] = ['plain', 'reseeded', 'safer', 'whole', 'merged'];

function makeTry(
  view: LadderView,
  { engine, endpoint, rung }: Omit<Place, 'free' | 'waitMs' | 'isLast'>,
): Try {
  const { text, roll, past } = view;
  const reached = (other: Rung) => order.indexOf(rung) >= order.indexOf(other);
  return {
    engine: engine.id,
    endpoint,
    rung,
    draw: {
      seed: drawSeed(text, { roll, attempt: past.length }),
      safer: reached('safer'),
      streamed: !reached('whole'),
    },
    text: rung === 'merged' ? mergeClauses(text) : text,
  };
}

function askEarlier(view: LadderView): Step {
  // With no other engine nothing was ever rendered by another.
  return view.askedEarlier || view.engines.length === 0 ? askEmbedded(view) : { kind: 'earlier' };
}

function askEmbedded(view: LadderView): Step {
  const { embedded, past } = view;
  const there = past.filter(({ engine }) => engine === embedded.id);
  const endpoint = embedded.endpoints[0];
  if (!endpoint || there.length >= maxEmbeddedTries) return { kind: 'none' };
  if (there.some(({ outcome }) => outcome === undefined || outcome === 'refused')) return { kind: 'none' };
  const rung: Rung = there.length === 0 ? 'plain' : 'reseeded';
  return { kind: 'ask', try: makeTry(view, { engine: embedded, endpoint: endpoint.name, rung }) };
}
