import { restartedByPlaybook } from './playbook.ts';
import type { SignalKind } from './signal.ts';

/** “Such a signal, shortly before such symptoms, is why.” The first rule that applies wins, so the surest stand first. */
export interface CauseRule {
  explains: SignalKind[];
  earlier: SignalKind[];
  /** Where the earlier signal was, seen from the component with the symptoms. */
  on: 'same' | 'another' | 'any' | 'dependency';
  /** Told of the same component before the first symptom, it means that the earlier signal no longer holds. */
  until?: SignalKind[];
  /** How long it may be felt after that; milliseconds. Absent: not at all. */
  lingersMs?: number;
  /** Only an earlier signal with such a detail. */
  detail?: RegExp;
  /** The earlier signals are the symptoms themselves, and `detail` has to hold for all of them. */
  isSymptom?: true;
  /** Whose symptoms it explains: of the very process that sent the earlier signal, or of one that was started after it. */
  process?: 'same' | 'new';
  /** How long before the first symptom at most; milliseconds. Infinity: a condition, which lasts until it is told that it is over. */
  withinMs: number;
  /** So many of them, all for the same reason. */
  sameReason?: number;
  /** From at least so many components. */
  components?: number;
  /** The component at fault; `itself`: the one that sent the earlier signal; `outside`: nothing of ours, nor what it runs on. */
  blames: 'itself' | 'host' | 'bus' | 'configuration' | 'outside';
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

const ends: SignalKind[] = ['exited', 'start-failed', 'bus-down'];

/** The end of a process that somebody else has sent a signal to; the kernel's part, where it is known, is told behind it. */
const fromOutside = 'ended by SIG(KILL|TERM|INT|HUP|QUIT)$';

export const causeRules: CauseRule[] = [
  {
    explains: ends,
    earlier: ends,
    on: 'same',
    withinMs: 0,
    isSymptom: true,
    detail: /ended by SIGKILL by the kernel/,
    blames: 'itself',
    confidence: 0.9,
    why: 'it had taken more memory than it may have, and the kernel ended it',
  },
  {
    explains: [...ends, 'reload-rolled-back'],
    earlier: [...ends, 'reload-rolled-back'],
    on: 'same',
    withinMs: 0,
    isSymptom: true,
    detail: new RegExp(fromOutside),
    blames: 'outside',
    confidence: 0.8,
    why: 'ended with a signal by a person, by another program, or by the kernel when the whole host had no memory left',
  },
  {
    explains: ends,
    earlier: ends,
    on: 'same',
    withinMs: 0,
    isSymptom: true,
    detail: /ended with code 0$/,
    blames: 'outside',
    confidence: 0.6,
    why: 'ended in order, as when a person or another program asks for it',
  },
  {
    explains: ['reload-rolled-back'],
    earlier: ['bus-down'],
    until: ['bus-up'],
    on: 'another',
    withinMs: Infinity,
    blames: 'bus',
    confidence: 0.95,
    why: 'without the bus, nothing of the new configuration could get ready',
  },
  {
    explains: ['refused', 'reload-rolled-back'],
    earlier: ['reload-begun'],
    on: 'any',
    withinMs: 600_000,
    blames: 'configuration',
    confidence: 0.95,
    why: 'the configuration had just been changed',
  },
  {
    explains: ['refused'],
    earlier: ['refused'],
    on: 'same',
    withinMs: 0,
    isSymptom: true,
    blames: 'configuration',
    confidence: 0.9,
    why: 'a process refuses to start only because of its configuration',
  },
  {
    explains: [...unwell, 'bus-down', 'bus-slow', 'sound-lost'],
    earlier: ['disk-full'],
    until: ['disk-ok', 'disk-low'],
    on: 'another',
    withinMs: Infinity,
    blames: 'host',
    confidence: 0.9,
    why: 'the disk was full',
  },
  {
    explains: ['heartbeat-missed', 'no-progress', 'not-ready', 'reconnect-failed', 'bus-slow', 'bus-down'],
    earlier: ['supervisor-late', 'clock-jumped'],
    // Less than a second is no reason for anything.
    detail: /^$|\d{4,} ms/,
    on: 'another',
    withinMs: 5_000,
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
    process: 'same',
    withinMs: 10_000,
    blames: 'itself',
    confidence: 0.9,
    why: 'it was ended because it had grown over its memory limit',
  },
  {
    explains: [...unwell, 'quarantined', 'gave-up'],
    earlier: ['reload-begun'],
    on: 'another',
    process: 'new',
    withinMs: 60_000,
    blames: 'configuration',
    confidence: 0.8,
    why: 'the configuration had just been changed',
  },
  {
    explains: ['reconnect-failed'],
    earlier: ['bus-down'],
    until: ['bus-up'],
    // Who does not find it again is given up 10 s after its return.
    lingersMs: 15_000,
    on: 'another',
    withinMs: Infinity,
    blames: 'bus',
    confidence: 0.85,
    why: 'it did not find the bus again, which had been lost',
  },
  {
    explains: unwell.filter((kind) => !['heartbeat-missed', 'reconnect-failed'].includes(kind)),
    earlier: ['bus-down'],
    until: ['bus-up'],
    lingersMs: 2_000,
    on: 'another',
    withinMs: Infinity,
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
    explains: [...unwell, 'quarantined', 'bus-down'],
    earlier: ['exited', 'start-failed', 'not-ready', 'bus-down'],
    on: 'same',
    // Neither what we have done ourselves, nor what others do to it.
    detail: new RegExp(`^(?!.*(${restartedByPlaybook}|${fromOutside}))`),
    withinMs: 600_000,
    sameReason: 3,
    blames: 'itself',
    confidence: 0.82,
    why: 'it failed three times for the same reason, so the fault is in the program or what it is given',
  },
  {
    explains: ['exited', 'memory-hard', 'no-progress', 'heartbeat-missed'],
    earlier: ['memory-soft', 'memory-trend'],
    on: 'same',
    process: 'same',
    withinMs: 600_000,
    blames: 'itself',
    confidence: 0.6,
    why: 'its memory use was high before',
  },
  {
    explains: ['no-progress', 'not-ready', 'start-failed', 'reconnect-failed'],
    earlier: ['quarantined', 'gave-up', 'refused', 'exited', 'no-progress'],
    until: ['promoted'],
    lingersMs: 5_000,
    on: 'dependency',
    withinMs: 60_000,
    blames: 'itself',
    confidence: 0.5,
    why: 'a service that it needs had failed',
  },
  {
    explains: ['heartbeat-missed', 'no-progress', 'not-ready', 'bus-slow', 'supervisor-late'],
    earlier: ['cpu-high'],
    until: ['cpu-ok'],
    on: 'any',
    withinMs: 60_000,
    blames: 'itself',
    confidence: 0.5,
    why: 'CPU use was very high',
  },
  {
    explains: ['sound-lost'],
    earlier: ['reload-begun'],
    on: 'another',
    withinMs: 60_000,
    blames: 'configuration',
    confidence: 0.7,
    why: 'the configuration had just been changed',
  },
  {
    explains: ['room-unreachable', 'room-cut-off'],
    earlier: ['room-unreachable', 'room-cut-off'],
    on: 'any',
    withinMs: 60_000,
    components: 3,
    blames: 'host',
    confidence: 0.7,
    why: 'several rooms were lost together, as when the network is gone',
  },
];
