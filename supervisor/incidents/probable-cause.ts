import type { CauseRule } from './cause-rules.ts';
import type { Signal, SignalKind } from './signal.ts';
import { roleOf } from './signal.ts';
import { seconds } from './seconds.ts';

export interface ProbableCause {
  component: string;
  /** The signal that gave it away. */
  what: string;
  /** When that was; unix milliseconds. */
  at: number;
  /** 0 to 1. */
  confidence: number;
  why: string;
}

/** What is to be explained: these signals of a component, of which the first and the last came then. */
export interface Symptoms {
  component: string;
  kinds: SignalKind[];
  firstAt: number;
  lastAt: number;
  detail: string;
}

/** Signals of one moment come in any order, so a cause may be told a little after what it did. */
const orderSlackMs = 500;
/** Confidence in “it happened, and nothing before it stands out”. */
const unexplained = 0.2;

/** The first rule that finds an earlier event which accounts for the symptoms; else the symptom itself, with little confidence. */
export function probableCause(
  rules: CauseRule[],
  symptoms: Symptoms,
  recent: readonly Signal[],
): ProbableCause {
  for (const rule of rules) {
    const found = apply(rule, symptoms, recent);
    if (found) return found;
  }
  return {
    component: symptoms.component,
    what: describe(symptoms.kinds[0] ?? 'unknown', symptoms.detail),
    at: symptoms.firstAt,
    confidence: unexplained,
    why: 'nothing that would explain it was seen before',
  };
}

/** Whether a cause that was found earlier was a condition that has ended before this signal: what begins with it has another. */
export function isPast(
  rules: CauseRule[],
  { what, at, component }: ProbableCause,
  recent: readonly Signal[],
  { kind, at: now }: Pick<Signal, 'kind' | 'at'>,
): boolean {
  const exact = recent.findIndex(
    (signal) => signal.at === at && describe(signal.kind, signal.detail) === what,
  );
  // Of what was told again and again, only the latest times are known.
  const index = exact >= 0 ? exact : recent.findIndex((signal) => isAgain(signal, { what, at }));
  const [signal, ...later] = index < 0 ? [] : recent.slice(index);
  if (!signal) return false;
  const own = rules.filter(
    (rule) =>
      rule.until !== undefined && rule.earlier.includes(signal.kind) && blamed(rule, signal) === component,
  );
  const explaining = own.filter(({ explains }) => explains.includes(kind));
  const asked = explaining.length > 0 ? explaining : own;
  return asked.length > 0 && asked.every((rule) => isEnded(rule, signal, later, now));
}

const isAgain = (signal: Signal, { what, at }: Pick<ProbableCause, 'what' | 'at'>): boolean =>
  signal.at > at && signal.kind === what.split(':', 1)[0];

const blamed = ({ blames }: CauseRule, { component }: Signal): string =>
  blames === 'itself' ? component : blames;

/** What others did counts only when it came before the first symptom; its own history goes on until the last. */
function apply(rule: CauseRule, symptoms: Symptoms, recent: readonly Signal[]): ProbableCause | undefined {
  if (!rule.explains.some((kind) => symptoms.kinds.includes(kind))) return undefined;
  const lastAt = rule.on === 'same' ? symptoms.lastAt : symptoms.firstAt;
  const there = recent.filter(
    (signal, index) =>
      rule.earlier.includes(signal.kind) &&
      isThere(rule, signal, symptoms.component) &&
      signal.at >= symptoms.firstAt - rule.withinMs &&
      signal.at <= lastAt + orderSlackMs &&
      !isEnded(rule, signal, recent.slice(index + 1), symptoms.firstAt) &&
      isOfProcess(rule, signal, symptoms, recent),
  );
  const candidates = there.filter(({ detail }) => rule.detail?.test(detail) ?? true);
  if (rule.isSymptom && candidates.length < there.length) return undefined;
  const latest = candidates.at(-1);
  if (!latest || !isEnough(rule, candidates)) return undefined;
  const beforeMs = symptoms.firstAt - latest.at;
  return {
    component: blamed(rule, latest),
    what: describe(latest.kind, latest.detail),
    at: latest.at,
    confidence: rule.confidence,
    why: beforeMs > orderSlackMs ? `${rule.why} (${seconds(beforeMs)} before)` : rule.why,
  };
}

/** Whether it was told, long enough before `by`, that the condition of that signal is over. */
function isEnded(
  { until = [], lingersMs = 0 }: CauseRule,
  { component }: Signal,
  later: readonly Signal[],
  by: number,
): boolean {
  return later.some(
    (other) => until.includes(other.kind) && other.component === component && other.at <= by - lingersMs,
  );
}

/** Whether the symptoms are those of a process that the rule speaks of. */
function isOfProcess(
  { process }: CauseRule,
  earlier: Signal,
  { component, kinds, firstAt, lastAt }: Symptoms,
  recent: readonly Signal[],
): boolean {
  if (process === undefined) return true;
  const own = recent.filter((signal) => signal.component === component);
  const isStarted = (child: string, by: number) =>
    own.some(
      (other) =>
        other.kind === 'spawned' && other.child === child && other.at >= earlier.at && other.at <= by,
    );
  return own.some(
    ({ kind, child, at }) =>
      kinds.includes(kind) &&
      at >= firstAt &&
      at <= lastAt &&
      (process === 'new' ? isStarted(child, at) : child === earlier.child && !isStarted(child, at)),
  );
}

function isThere({ on }: CauseRule, { component, standIn }: Signal, symptomatic: string): boolean {
  switch (on) {
    case 'same':
      return component === symptomatic;
    case 'another':
      return component !== symptomatic;
    case 'any':
      return true;
    case 'dependency':
      // Whose spare has failed works.
      return standIn !== 'all' && (dependencies[roleOf(symptomatic)] ?? []).includes(roleOf(component));
  }
}

/** Roles whose failure a role feels, by starting order or because its work backs up. */
const dependencies: Record<string, string[]> = { ingest: ['reply', 'sim'], reply: ['tts'], tts: ['audio'] };

function isEnough({ sameReason, components }: CauseRule, candidates: Signal[]): boolean {
  if (sameReason !== undefined) {
    const last = candidates.slice(-sameReason);
    if (last.length < sameReason || new Set(last.map(({ detail }) => reason(detail))).size > 1) return false;
  }
  return new Set(candidates.map(({ component }) => component)).size >= (components ?? 1);
}

/** Without what differs each time, such as a pid or milliseconds; an exit code stays. */
const reason = (detail: string): string => detail.replace(/\d{4,}(\.\d+)?/g, '#');

const describe = (kind: string, detail: string): string =>
  (detail === '' ? kind : `${kind}: ${detail}`).slice(0, 300);
