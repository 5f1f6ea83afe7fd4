import type { SignalKind } from './signal.ts';

/** “Such a signal, shortly before such symptoms, is why.” The first rule that applies wins, so the surest stand first. */
export interface CauseRule {
  explains: SignalKind[];
  earlier: SignalKind[];
  /** Where the earlier signal was, seen from the component with the symptoms. */
  on: 'same' | 'another' | 'any' | 'dependency';
  /** Told of the same component before the first symptom, it means that the earlier signal no longer holds. */
  until?: SignalKind;
  /** How long before the first symptom at most; milliseconds. */
  withinMs: number;
  /** So many of them, all for the same reason. */
  sameReason?: number;
  /** From at least so many components. */
  components?: number;
  /** The component at fault; `itself`: the one that sent the earlier signal. */
  blames: 'itself' | 'host' | 'bus' | 'configuration';
  /** 0 to 1. */
  confidence: number;
  why: string;
}

const unwell: SignalKind[] = [
  'exited',
  'heartbeat-missed',
  'no-progress',
  'start-failed',
  'not-ready',
  'reconnect-failed',
];

export const causeRules: CauseRule[] = [
  {
    explains: ['refused', 'reload-rolled-back'],
    earlier: ['reload-begun'],
    on: 'any',
    withinMs: 120_000,
    blames: 'configuration',
    confidence: 0.95,
    why: 'the configuration had just been changed',
  },
  {
    explains: ['refused'],
    earlier: ['refused'],
    on: 'same',
    withinMs: 0,
    blames: 'configuration',
    confidence: 0.9,
    why: 'a process refuses to start only because of its configuration',
  },
  {
    explains: [...unwell, 'bus-down', 'bus-slow'],
    earlier: ['disk-full'],
    until: 'disk-ok',
    on: 'another',
    withinMs: 300_000,
    blames: 'host',
    confidence: 0.9,
    why: 'the disk was full',
  },
  {
    explains: ['heartbeat-missed', 'no-progress', 'not-ready', 'reconnect-failed', 'bus-slow', 'bus-down'],
    earlier: ['supervisor-late', 'clock-jumped'],
    on: 'another',
    withinMs: 10_000,
    blames: 'host',
    confidence: 0.9,
    why: 'the whole host stood still or its clock jumped',
  },
  {
    explains: ['heartbeat-missed'],
    earlier: ['heartbeat-missed'],
    on: 'any',
    withinMs: 3_000,
    components: 3,
    blames: 'host',
    confidence: 0.7,
    why: 'several processes stopped answering together',
  },
  {
    explains: ['memory-hard'],
    earlier: ['memory-trend'],
    on: 'same',
    withinMs: 86_400_000,
    blames: 'itself',
    confidence: 0.85,
    why: 'its memory had been growing, as with a leak',
  },
  {
    explains: ['exited'],
    earlier: ['memory-hard'],
    on: 'same',
    withinMs: 10_000,
    blames: 'itself',
    confidence: 0.9,
    why: 'it was ended because it had grown over its memory limit',
  },
  {
    explains: [...unwell, 'quarantined', 'gave-up'],
    earlier: ['reload-begun'],
    on: 'another',
    withinMs: 60_000,
    blames: 'configuration',
    confidence: 0.8,
    why: 'the configuration had just been changed',
  },
  {
    explains: unwell,
    earlier: ['bus-down'],
    on: 'another',
    withinMs: 30_000,
    blames: 'bus',
    confidence: 0.85,
    why: 'the bus had been lost',
  },
  {
    explains: ['exited', 'quarantined'],
    earlier: ['poisoned'],
    on: 'same',
    withinMs: 60_000,
    blames: 'itself',
    confidence: 0.8,
    why: 'a message had already brought it down twice',
  },
  {
    explains: [...unwell, 'quarantined'],
    earlier: ['exited', 'start-failed', 'not-ready'],
    on: 'same',
    withinMs: 600_000,
    sameReason: 3,
    blames: 'itself',
    confidence: 0.8,
    why: 'it failed three times for the same reason, so the fault is in the program or what it is given',
  },
  {
    explains: ['exited', 'memory-hard', 'no-progress', 'heartbeat-missed'],
    earlier: ['memory-soft', 'memory-trend'],
    on: 'same',
    withinMs: 600_000,
    blames: 'itself',
    confidence: 0.6,
    why: 'its memory use was high before',
  },
  {
    explains: ['no-progress', 'not-ready', 'start-failed', 'reconnect-failed'],
    earlier: ['quarantined', 'gave-up', 'refused', 'exited', 'no-progress'],
    on: 'dependency',
    withinMs: 60_000,
    blames: 'itself',
    confidence: 0.5,
    why: 'a service that it needs had failed',
  },
  {
    explains: ['heartbeat-missed', 'no-progress', 'not-ready', 'bus-slow', 'supervisor-late'],
    earlier: ['cpu-high'],
    until: 'cpu-ok',
    on: 'any',
    withinMs: 60_000,
    blames: 'itself',
    confidence: 0.5,
    why: 'CPU use was very high',
  },
];
