import type { Playbook } from './playbook.ts';
import { act, day, onceTold, people } from './playbook-parts.ts';

/** The room's worker goes on trying all by itself, and asks the operator's hook for new credentials; what is left is to tell people. */
const waiting = [act('none', 120), people];

/** What is wrong with a room while everything here works. Told by its worker when it begins, gets worse and ends. */
export const roomPlaybooks: Playbook[] = [
  {
    problem: 'room-shut-out',
    says: 'is refused by its platform for a long time',
    triggers: ['room-shut-out'],
    roles: ['room'],
    severity: 'critical',
    family: 'admission',
    rank: 2,
    actions: waiting,
    closeWhen: onceTold(['room-admitted'], day),
  },
  {
    problem: 'room-refused',
    says: 'is refused by its platform',
    triggers: ['room-refused'],
    roles: ['room'],
    severity: 'warning',
    family: 'admission',
    rank: 1,
    actions: waiting,
    closeWhen: onceTold(['room-admitted'], day),
  },
  {
    problem: 'room-cut-off',
    says: 'cannot be reached for a long time',
    triggers: ['room-cut-off'],
    roles: ['room'],
    severity: 'critical',
    family: 'reach',
    rank: 2,
    actions: waiting,
    closeWhen: onceTold(['room-reached'], day),
  },
  {
    problem: 'room-unreachable',
    says: 'cannot be reached',
    triggers: ['room-unreachable'],
    roles: ['room'],
    severity: 'warning',
    family: 'reach',
    rank: 1,
    actions: waiting,
    closeWhen: onceTold(['room-reached'], day),
  },
  {
    problem: 'room-lacking',
    says: 'is connected, but something is missing',
    triggers: ['room-lacking'],
    roles: ['room'],
    severity: 'warning',
    family: 'completeness',
    rank: 1,
    actions: waiting,
    closeWhen: onceTold(['room-complete'], day),
  },
  {
    problem: 'sound-lost',
    says: 'has no output that works',
    triggers: ['sound-lost'],
    roles: ['sound'],
    severity: 'critical',
    family: 'output',
    rank: 1,
    actions: waiting,
    closeWhen: onceTold(['sound-back'], day),
  },
];
