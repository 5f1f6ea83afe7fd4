import type { IncidentRecord } from './incident-record.ts';
import { settle } from './incident-record.ts';
import { impactOf } from './impact.ts';
import type { Change, FindCause, Incident } from './incident-state.ts';
import type { Health, Playbook, PlaybookStep } from './playbook.ts';
import type { Signal } from './signal.ts';
import { summarise } from './summary.ts';
import { entryOf, extend } from './timeline.ts';

const maxActions = 20;
const maxHoldMs = 60_000;
/** Longer than a spare needs to take over: what is down for less is being mended, and an action now would hit its successor. */
const takeOverMs = 2_000;
/** What works without its spare has this long to get one: nothing is to be done to it, and nobody hears of it. */
const sparelessMs = 60_000;
/** What comes back by itself gets its time again so often; then people are told, and it is left standing. */
const maxRelapses = 2;
/** Longer than what comes back by itself has ever been seen to take. */
const comesBackMs = 30_000;

/** A new incident with its first action begun. All functions here return a new one; none changes what it is given. */
export function open(id: string, signal: Signal, playbook: Playbook, findCause: FindCause): Change {
  const { at, component } = signal;
  const detectionMs = signal.figures?.['detectionMs'];
  const symptoms = { component, kinds: [signal.kind], firstAt: at, lastAt: at, detail: signal.detail };
  const record: IncidentRecord = {
    id,
    component,
    problem: playbook.problem,
    severity: playbook.severity,
    openedAt: at,
    closedAt: null,
    state: 'open',
    timeline: [],
    timelineDropped: 0,
    detectionMs: detectionMs !== undefined && detectionMs >= 0 ? detectionMs : null,
    recoveryMs: null,
    downMs: 0,
    probableCause: findCause(symptoms),
    impact: impactOf(component, playbook.standIn),
    actions: [],
    actionsDropped: 0,
    summary: '',
    occurrences: 1,
    reopened: 0,
    peopleAsked: false,
  };
  const incident: Incident = {
    record: extend(record, entryOf(signal)),
    playbook,
    step: 0,
    waitingSince: at,
    episodeAt: at,
    triggeredAt: at,
    triggers: [signal.kind],
    signSeen: false,
    falseAlarm: false,
    goodSince: null,
    downSince: null,
    overdue: false,
    relapses: 0,
    isSpared: false,
    leftOut: null,
    lookedAt: at,
  };
  return begin(incident, 0, at, false);
}

/** The problem came back soon after its end: the same incident goes on, from the first action again. */
export function reopen(before: Incident, signal: Signal, playbook: Playbook, findCause: FindCause): Change {
  const { record } = before;
  const back: Incident = {
    ...before,
    record: { ...doubted(record), closedAt: null, reopened: record.reopened + 1 },
    episodeAt: signal.at,
    lookedAt: signal.at,
    triggers: [],
    isSpared: false,
    leftOut: null,
  };
  const { incident, begun } = again(back, signal, playbook, findCause);
  return begun === null ? begin(incident, 0, signal.at, false) : { incident, begun, important: true };
}

/** One more sign of trouble for an open incident; a graver problem takes it over with its own actions. */
export function again(before: Incident, signal: Signal, playbook: Playbook, findCause: FindCause): Change {
  const { at, kind } = signal;
  const record = extend(
    { ...before.record, state: unverified(before.record.state), occurrences: before.record.occurrences + 1 },
    entryOf(signal),
  );
  const incident = explain(
    {
      ...before,
      record,
      triggeredAt: at,
      triggers: before.triggers.includes(kind) ? before.triggers : [...before.triggers, kind],
      signSeen: false,
      falseAlarm: false,
      goodSince: null,
    },
    findCause,
  );
  if (playbook.rank <= before.playbook.rank) return { incident, begun: null, important: false };
  const settled = settle(incident.record, 'failed', at);
  const severity = playbook.severity === 'critical' ? 'critical' : record.severity;
  const impact = impactOf(record.component, playbook.standIn);
  const taken = { ...settled, problem: playbook.problem, severity, impact, state: 'open' as const };
  return begin({ ...incident, playbook, record: taken, isSpared: false, leftOut: null }, 0, at, false);
}

/** Something else that was told of the component, for the timeline and as a sign that the repair worked. */
export function witness(incident: Incident, signal: Signal): Incident {
  const { kind } = signal;
  return {
    ...incident,
    record: extend(incident.record, entryOf(signal)),
    signSeen: incident.signSeen || incident.playbook.closeWhen.signs.includes(kind),
    falseAlarm: incident.falseAlarm || kind === 'false-alarm',
  };
}

/** Time was lost by whoever looks, so the verification that runs gets its whole time again. */
export function forgive(incident: Incident, { at, kind }: Signal): Incident {
  const goodSince = kind === 'clock-jumped' ? null : incident.goodSince;
  return { ...incident, waitingSince: at, goodSince, downSince: null, overdue: false, lookedAt: at };
}

/** Looks at the component: verifies the action, closes the incident, or goes on to the next action. */
export function advance(before: Incident, now: number, health: Health, findCause: FindCause): Change {
  const looked = look(before, now, health);
  const isBack = looked.overdue && looked.downSince === null;
  if (isBack && looked.relapses === maxRelapses) return giveUp(explain(looked, findCause), now, health);
  const incident = isBack ? relapse(looked, now) : looked;
  const { record, playbook, step, goodSince, downSince, waitingSince } = incident;
  const unchanged = (same: Incident): Change => ({ incident: same, begun: null, important: false });
  const current = playbook.actions[step] ?? playbook.actions.at(-1);
  if (goodSince !== null) {
    const held = incident.falseAlarm || now - goodSince >= holdMs(current, record.reopened);
    return held ? close(explain(incident, findCause), now) : unchanged(incident);
  }
  if (isToBeRepaired(incident, now)) return repairAfterAll(incident, now, findCause);
  if (!current || step >= playbook.actions.length || record.state === 'unresolved')
    return unchanged(incident);
  const isSpareless = health === 'degraded' && playbook.family === 'process' && playbook.standIn !== 'some';
  const withinMs = isSpareless ? Math.max(current.verify.within, sparelessMs) : current.verify.within;
  if (!incident.overdue && now - waitingSince < withinMs) return unchanged(incident);
  if (downSince !== null && now - downSince < takeOverMs) return unchanged({ ...incident, overdue: true });
  return fail(explain(incident, findCause), now, health);
}

/** People were told of it while it worked, or as it came back by itself: now it does not. */
function isToBeRepaired(incident: Incident, now: number): boolean {
  const { record, playbook, downSince, isSpared, leftOut } = incident;
  const isOurs = ['process', 'bus'].includes(playbook.family);
  const isCritical = record.severity === 'critical';
  // What was critical already has had all its actions, unless it was left alone, or some were left out.
  const isDone = isCritical && !isSpared && leftOut === null;
  if (!isOurs || record.state !== 'unresolved' || isDone) return false;
  return downSince !== null && now - downSince >= (isSpared || isCritical ? comesBackMs : takeOverMs);
}

function repairAfterAll(incident: Incident, now: number, findCause: FindCause): Change {
  const episodeAt = incident.downSince ?? now;
  const recoveryMs = (incident.record.recoveryMs ?? 0) + Math.max(0, episodeAt - incident.episodeAt);
  const settled = doubted(settle(incident.record, 'failed', now));
  const graver = { ...settled, severity: 'critical', recoveryMs } as const;
  const triggeredAt = Math.max(incident.triggeredAt, episodeAt);
  const anew = { ...incident, record: graver, episodeAt, triggeredAt, isSpared: false, leftOut: null };
  // Of what was critical already, those before it have been tried, or have helped only for a while.
  const from = incident.record.severity === 'critical' && !incident.isSpared ? incident.leftOut : 0;
  return begin(explain(anew, findCause), from ?? 0, now, false);
}

/** Open again; what caused it then need not have caused it now. */
const doubted = (record: IncidentRecord): IncidentRecord => ({
  ...record,
  state: 'open',
  probableCause: { ...record.probableCause, confidence: 0 },
});

/** It came back by itself, after the action's time: the same again, as another action would hit what stands. */
function relapse(incident: Incident, now: number): Incident {
  return { ...incident, overdue: false, relapses: incident.relapses + 1, waitingSince: now };
}

/** Comes back by itself again and again: that is for people, and nothing is to be done to it. */
function giveUp(incident: Incident, now: number, health: Health): Change {
  return fail({ ...incident, goodSince: null, isSpared: true }, now, health, 'it comes back by itself');
}

function look(incident: Incident, now: number, health: Health): Incident {
  const { record, playbook, lookedAt, signSeen, falseAlarm } = incident;
  const { closeWhen } = playbook;
  // Clocks can be set back; nothing may then wait until they have caught up.
  const triggeredAt = Math.min(incident.triggeredAt, now);
  const isWell = health === 'well' || health === closeWhen.health;
  const isQuiet = now - triggeredAt >= closeWhen.quietFor;
  const isGood = isWell && (closeWhen.signs.length === 0 || signSeen || falseAlarm || isQuiet);
  const goodSince = isGood ? Math.min(incident.goodSince ?? now, now) : null;
  const downMs = record.downMs + (health === 'down' ? Math.max(0, now - lookedAt) : 0);
  const downSince = health === 'down' ? Math.min(incident.downSince ?? lookedAt, now) : null;
  const verifying = isGood && record.state === 'open' ? ('verifying' as const) : record.state;
  const state = isGood ? verifying : unverified(record.state);
  return {
    ...incident,
    record: { ...record, downMs, state },
    triggeredAt,
    waitingSince: Math.min(incident.waitingSince, now),
    goodSince,
    downSince,
    lookedAt: now,
  };
}

const unverified = (state: IncidentRecord['state']) => (state === 'verifying' ? 'open' : state);

/** What came back after it had been called cured has to hold longer, so that slow flapping wears the gentle actions out. */
function holdMs(step: PlaybookStep | undefined, reopened: number): number {
  const base = step?.verify.holdsFor ?? maxHoldMs;
  return Math.max(base, Math.min(base * 2 ** Math.min(reopened, 10), maxHoldMs));
}

function fail(incident: Incident, now: number, health: Health, spared = ''): Change {
  const { record, step } = incident;
  const action = record.actions.at(-1)?.action ?? 'none';
  const noted = extend(settle(record, 'failed', now), { at: now, what: 'action failed', detail: action });
  // A repair that left the component down has cost its time: that matters to people now.
  const severity = health === 'down' ? 'critical' : record.severity;
  return begin({ ...incident, record: { ...noted, severity } }, step + 1, now, health !== 'down', spared);
}

/** `spared`: why it is left alone, so that only people are told; empty: it is not. */
function begin(incident: Incident, from: number, now: number, working: boolean, spared = ''): Change {
  const { playbook } = incident;
  let { record } = incident;
  let step = from;
  let { leftOut } = incident;
  for (; step < playbook.actions.length; step++) {
    const candidate = playbook.actions[step];
    if (!candidate) break;
    const isLast = step === playbook.actions.length - 1;
    const obstacle = (isLast ? '' : spared) || reasonAgainst(candidate, record, working);
    if (obstacle === '') break;
    if (obstacle === spared || obstacle === itWorks) leftOut ??= step;
    record = extend(record, { at: now, what: 'action left out', detail: `${candidate.action}: ${obstacle}` });
  }
  const action = playbook.actions[step]?.action ?? 'tell-people';
  const actions = [...record.actions, { action, at: now, outcome: 'pending' as const, tookMs: 0 }];
  const excess = Math.max(0, actions.length - maxActions);
  record = extend(record, { at: now, what: 'action', detail: action });
  record = { ...record, actions: actions.slice(excess), actionsDropped: record.actionsDropped + excess };
  if (action === 'tell-people') record = { ...record, state: 'unresolved', peopleAsked: true };
  const begun = summed({
    ...incident,
    record,
    step,
    leftOut,
    waitingSince: now,
    overdue: false,
    relapses: 0,
  });
  return { incident: begun, begun: action, important: true };
}

const itWorks = 'the component works';

function reasonAgainst(step: PlaybookStep, { probableCause }: IncidentRecord, working: boolean): string {
  if (step.unlessWorking && working) return itWorks;
  if (step.whenCause !== undefined && step.whenCause !== probableCause.component)
    return `the cause does not lie with ${step.whenCause}`;
  return '';
}

function close(incident: Incident, now: number): Change {
  const { record, goodSince, episodeAt, falseAlarm } = incident;
  const repairedAt = goodSince ?? now;
  const recoveryMs = (record.recoveryMs ?? 0) + Math.max(0, repairedAt - episodeAt);
  const detail = falseAlarm ? 'it was a false alarm' : `well for ${Math.round(now - repairedAt)} ms`;
  const settled = settle(record, 'worked', repairedAt);
  const closed = extend({ ...settled, recoveryMs }, { at: now, what: 'resolved', detail });
  const done = { ...closed, state: 'resolved' as const, closedAt: now };
  return { incident: summed({ ...incident, record: done }), begun: null, important: true };
}

/** A cause once found stays when what gave it away has been forgotten; a surer one replaces it. */
function explain(incident: Incident, findCause: FindCause): Incident {
  const { record, triggers, episodeAt, triggeredAt } = incident;
  const { component, timeline } = record;
  const detail = timeline[0]?.detail ?? '';
  const found = findCause({ component, kinds: triggers, firstAt: episodeAt, lastAt: triggeredAt, detail });
  if (found.confidence < record.probableCause.confidence) return incident;
  return { ...incident, record: { ...record, probableCause: found } };
}

function summed(incident: Incident): Incident {
  const { record, playbook } = incident;
  const summary = summarise(record, playbook.says, playbook.triggers);
  return { ...incident, record: { ...record, summary } };
}
