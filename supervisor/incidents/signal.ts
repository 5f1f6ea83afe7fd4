export const signalKinds = [
  'exited',
  'heartbeat-missed',
  'no-progress',
  'start-failed',
  'not-ready',
  'refused',
  'gave-up',
  'quarantined',
  'promoted',
  'spawned',
  'initialised',
  'running',
  'retired',
  'swapped',
  'handed-over',
  'poisoned',
  'memory-soft',
  'memory-hard',
  'memory-trend',
  'memory-ok',
  'cpu-high',
  'cpu-ok',
  'bus-down',
  'bus-up',
  'bus-slow',
  'disk-low',
  'disk-full',
  'disk-ok',
  'reload-begun',
  'reload-done',
  'reload-rolled-back',
  'supervisor-late',
  'clock-jumped',
  'cut-short',
  'on-air',
  'scaled',
  'reconnect-failed',
  'false-alarm',
  'room-refused',
  'room-shut-out',
  'room-admitted',
  'room-unreachable',
  'room-cut-off',
  'room-reached',
  'room-lacking',
  'room-complete',
  'sound-lost',
  'sound-back',
] as const;
/**
 * What can be told. Some need explaining: `refused` is exit 78 (configuration), `gave-up` exit 125, `retired` a planned swap begun (the
 * exit of that child is then no fault), `cut-short` that the run before this one ended without stopping in order, `handed-over` messages given to another child, `false-alarm` that what was said of the component
 * was wrong. A condition of the host is told when it begins and, by its `-ok`, when it ends (that of its disk, every ten minutes too); one of a process again while it lasts, or
 * ended by its sign (a swap, a promotion).
 */
export type SignalKind = (typeof signalKinds)[number];

/** Ways in which a process may fail, other than by what it uses. */
export const processFailures: readonly SignalKind[] = [
  'exited',
  'start-failed',
  'not-ready',
  'heartbeat-missed',
  'no-progress',
  'reconnect-failed',
  'quarantined',
  'refused',
  'gave-up',
];

/**
 * What a room's workers tell of it, as signals of the component `room:<id>`, or `sound:<id>` for its outputs; the last of each ends the
 * incident of the others.
 */
export const roomSignals = {
  refused: { warning: 'room-refused', critical: 'room-shut-out', ok: 'room-admitted' },
  unreachable: { warning: 'room-unreachable', critical: 'room-cut-off', ok: 'room-reached' },
  condition: { warning: 'room-lacking', critical: 'room-lacking', ok: 'room-complete' },
  sound: { warning: 'sound-lost', critical: 'sound-lost', ok: 'sound-back' },
} as const satisfies Record<string, Record<'warning' | 'critical' | 'ok', SignalKind>>;

/** `all` that is to be done is done, only a spare is missing; or `some` of it. */
export type StandIn = 'all' | 'some';

/** One thing that the supervisor saw. */
export interface Signal {
  /** Unix milliseconds, may be fractional. */
  at: number;
  /** A service such as `tts` or `audio:demo`, or `room:demo`, `sound:demo`, `bus`, `supervisor`, `host`, `configuration`. */
  component: string;
  /** The process, or empty. */
  child: string;
  kind: SignalKind;
  /** For people; equal details mean the same reason. */
  detail: string;
  /** Of trouble with a process: who does its work all the same; absent: nobody, as far as is known. */
  standIn?: StandIn;
  /** `detectionMs` tells how long the fault had been there before it was seen; others are for people. */
  figures?: Record<string, number>;
}

/** `audio` for `audio:demo`, `sim` for `sim-demo`; else the component itself. */
export function roleOf(component: string): string {
  return component.startsWith('sim-') ? 'sim' : (component.split(':')[0] ?? component);
}
