import type { ActionName, Playbook, PlaybookStep } from './playbook.ts';
import type { SignalKind } from './signal.ts';
import { processFailures } from './signal.ts';

const second = 1_000;
const minute = 60_000;
const day = 86_400_000;

/** An action that must show within so many seconds, and hold for three unless said otherwise. */
function act(action: ActionName, within: number, more: Partial<PlaybookStep> = {}): PlaybookStep {
  return { action, verify: { within: within * second, holdsFor: 3 * second }, ...more };
}

const holding = (seconds: number, within: number): Partial<PlaybookStep> => ({
  verify: { within: within * second, holdsFor: seconds * second },
});
const ifDown = { unlessWorking: true } as const;
/** Nothing is broken by asking those who use it to do without, so it stands before what stops processes, and is not waited for long. */
const contain = act('degrade', 5, ifDown);
const people = act('tell-people', 60);
const newConfiguration = act('roll-back-configuration', 60, { whenCause: 'configuration' });

const onceWell = { health: 'well', signs: [], quietFor: minute } satisfies Playbook['closeWhen'];
const onceTold = (signs: SignalKind[], quietFor = 5 * minute): Playbook['closeWhen'] => {
  return { health: 'degraded', signs, quietFor };
};

/** A process that died or does not answer: it was restarted or its spare promoted before anybody was asked. */
const ofProcess = { severity: 'warning', family: 'process', closeWhen: onceWell } as const;
const afterDeath = [
  act('none', 15),
  newConfiguration,
  contain,
  act('restart', 20, ifDown),
  act('restart-dependency', 30, ifDown),
  people,
];

/** What onair can repair alone, simple actions first. Times are those of a two-core host with every child's start under 10 s. */
export const playbooks: Playbook[] = [
  {
    problem: 'bus-lost',
    says: 'was lost',
    triggers: ['bus-down', 'exited', 'heartbeat-missed', 'start-failed', 'not-ready'],
    roles: ['bus'],
    severity: 'warning',
    family: 'bus',
    rank: 2,
    actions: [
      act('none', 5),
      act('free-disk', 15, { whenCause: 'host' }),
      contain,
      act('restart-bus', 15),
      people,
    ],
    closeWhen: { health: 'well', signs: ['bus-up'], quietFor: minute },
  },
  // What is wrong with the host is told when it begins and when it ends; what is wrong with a process, again and again.
  {
    problem: 'host-memory',
    says: 'is short of memory',
    triggers: ['memory-soft', 'memory-hard', 'memory-trend'],
    roles: ['host'],
    severity: 'warning',
    family: 'memory',
    rank: 1,
    actions: [act('none', 120), people],
    closeWhen: onceTold(['memory-ok'], day),
  },
  {
    problem: 'host-cpu',
    says: 'has hardly any CPU left',
    triggers: ['cpu-high'],
    roles: ['host'],
    severity: 'warning',
    family: 'cpu',
    rank: 1,
    actions: [act('none', 120), people],
    closeWhen: onceTold(['cpu-ok'], day),
  },
  // Nobody hears of it in the room: whoever keeps the children up goes on trying, and what would stop a process is left alone.
  {
    ...ofProcess,
    problem: 'spare-missing',
    says: 'works, and only its spare is missing',
    triggers: [...processFailures],
    standIn: 'all',
    rank: 0,
    actions: [act('none', 60), newConfiguration, people],
  },
  {
    ...ofProcess,
    problem: 'short-handed',
    says: 'works, but with fewer processes than it should',
    triggers: ['quarantined', 'refused', 'gave-up'],
    standIn: 'some',
    rank: 4,
    actions: [act('none', 60), newConfiguration, people],
  },
  { ...ofProcess, problem: 'crash', says: 'crashed', triggers: ['exited'], rank: 1, actions: afterDeath },
  {
    ...ofProcess,
    problem: 'hang',
    says: 'stopped answering',
    triggers: ['heartbeat-missed'],
    rank: 2,
    actions: afterDeath,
  },
  {
    ...ofProcess,
    problem: 'stuck',
    says: 'had work and finished none',
    triggers: ['no-progress'],
    rank: 2,
    actions: [
      act('none', 15),
      act('replace', 20),
      contain,
      act('restart', 20),
      act('restart-dependency', 30, ifDown),
      people,
    ],
    closeWhen: { health: 'well', signs: ['promoted', 'swapped', 'running'], quietFor: minute },
  },
  {
    ...ofProcess,
    problem: 'start-failure',
    says: 'could not start',
    triggers: ['start-failed', 'not-ready'],
    rank: 2,
    actions: [
      act('none', 30),
      newConfiguration,
      contain,
      act('set-cache-aside', 30, ifDown),
      act('restart-dependency', 30, ifDown),
      people,
    ],
  },
  {
    ...ofProcess,
    problem: 'memory-limit',
    says: 'grew over its memory limit and was ended',
    triggers: ['memory-hard'],
    rank: 3,
    actions: [act('none', 15), contain, act('restart', 20, ifDown), people],
  },
  {
    ...ofProcess,
    problem: 'crash-loop',
    says: 'keeps failing and is only tried now and then',
    triggers: ['quarantined'],
    severity: 'critical',
    rank: 4,
    actions: [
      newConfiguration,
      contain,
      act('set-cache-aside', 30, { ...ifDown, ...holding(10, 30) }),
      act('restart-dependency', 30, { ...ifDown, ...holding(10, 30) }),
      act('tell-people', 60, holding(10, 60)),
    ],
  },
  {
    ...ofProcess,
    problem: 'configuration-refused',
    says: 'refused its configuration',
    triggers: ['refused'],
    severity: 'critical',
    rank: 5,
    actions: [act('roll-back-configuration', 30), people],
  },
  {
    ...ofProcess,
    problem: 'gave-up',
    says: 'ended and asked not to be started again',
    triggers: ['gave-up'],
    severity: 'critical',
    rank: 5,
    actions: [contain, people],
  },
  {
    problem: 'memory-leak',
    says: 'uses more and more memory',
    triggers: ['memory-trend'],
    severity: 'warning',
    family: 'memory',
    rank: 1,
    actions: [act('none', 90), act('replace', 60), people],
    closeWhen: onceTold(['swapped', 'promoted', 'exited', 'memory-ok']),
  },
  {
    problem: 'memory-high',
    says: 'uses much memory',
    triggers: ['memory-soft'],
    severity: 'warning',
    family: 'memory',
    rank: 2,
    actions: [act('none', 90), act('replace', 60), people],
    closeWhen: onceTold(['swapped', 'promoted', 'exited', 'memory-ok']),
  },
  {
    problem: 'cpu-high',
    says: 'uses much CPU',
    triggers: ['cpu-high'],
    severity: 'warning',
    family: 'cpu',
    rank: 1,
    actions: [act('none', 120), act('scale-up', 120), people],
    closeWhen: onceTold(['cpu-ok'], minute / 2),
  },
  {
    problem: 'bus-slow',
    says: 'answers slowly',
    triggers: ['bus-slow'],
    severity: 'warning',
    family: 'bus',
    rank: 1,
    actions: [act('none', 60), act('reconnect', 30), people],
    closeWhen: onceTold(['bus-up'], 2 * minute),
  },
  {
    problem: 'disk-full',
    says: 'has no disk space left',
    triggers: ['disk-full'],
    severity: 'critical',
    family: 'disk',
    rank: 2,
    actions: [act('free-disk', 30), act('degrade', 60), people],
    closeWhen: onceTold(['disk-ok'], day),
  },
  {
    problem: 'disk-low',
    says: 'is short of disk space',
    triggers: ['disk-low'],
    severity: 'warning',
    family: 'disk',
    rank: 1,
    actions: [act('free-disk', 60), people],
    closeWhen: onceTold(['disk-ok'], day),
  },
  {
    problem: 'bad-reload',
    says: 'could not be changed and was rolled back',
    triggers: ['reload-rolled-back'],
    severity: 'warning',
    family: 'configuration',
    rank: 1,
    actions: [act('none', 30), people],
    closeWhen: onceWell,
  },
  {
    problem: 'bus-connection',
    says: 'could not connect to the bus again',
    triggers: ['reconnect-failed'],
    severity: 'warning',
    family: 'connection',
    rank: 1,
    actions: [
      act('none', 15),
      act('reconnect', 15),
      act('restart-bus', 15, { whenCause: 'bus' }),
      act('replace', 20),
      act('restart', 20, ifDown),
      people,
    ],
    closeWhen: onceWell,
  },
  {
    problem: 'poison-work',
    says: 'was brought down twice by the same message, which was set aside',
    triggers: ['poisoned'],
    severity: 'warning',
    family: 'work',
    rank: 1,
    actions: [act('none', 15), people],
    closeWhen: onceWell,
  },
  {
    problem: 'host-stalled',
    says: 'stood still or its clock jumped',
    triggers: ['supervisor-late', 'clock-jumped'],
    severity: 'warning',
    family: 'host',
    rank: 1,
    actions: [act('none', 30), people],
    closeWhen: { ...onceWell, health: 'degraded' },
  },
  {
    problem: 'unclean-end',
    says: 'had ended without stopping in order',
    triggers: ['cut-short'],
    severity: 'warning',
    family: 'supervisor',
    rank: 1,
    actions: [act('none', 30), people],
    closeWhen: onceTold(['on-air'], day),
  },
];
