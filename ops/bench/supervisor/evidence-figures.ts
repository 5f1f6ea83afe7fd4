import { incidentFigures } from '../../../supervisor/incidents/incident-figures.ts';
import type { Evidence } from '../../chaos/judge.ts';
import { judgePromises } from '../../chaos/judge.ts';
import type { Figure } from '../report.ts';
import { incidentRecords, latest } from './incident-records.ts';

/** Beyond it somebody listening would think that nobody is there. */
const silenceMs = 3_000;

export interface EvidenceFigures {
  figures: Figure[];
  broken: string[];
  notes: string[];
}

/** What a show left behind, over everything that was done to it: what was lost, heard twice, or needed a person. */
export function evidenceFigures(home: string, evidence: Evidence): EvidenceFigures {
  const { rooms, balance, hearing } = evidence;
  const verdict = judgePromises(evidence, { silenceMs });
  const missing = rooms.reduce((sum, { comparison }) => sum + comparison.missing.length, 0);
  const extra = rooms.reduce((sum, { comparison }) => sum + comparison.extra.length, 0);
  const incidents = latest(incidentRecords(home));
  const { healedAloneShare } = incidentFigures({ incidents, since: 0, now: Date.now() });
  const asked = incidents.filter(({ peopleAsked }) => peopleAsked);
  const count = (what: string, value: number): Figure => ({ what, value, unit: '', goal: 0 });
  return {
    figures: [
      { what: 'events in the ledger', value: balance.events, unit: '' },
      count('messages of the room that are not in the stream', missing),
      count('events that the room never sent, or twice', extra),
      count('events without outcome', balance.lost),
      count('events with more than one outcome', balance.twice),
      count('paid for and unanswered', balance.paid.other),
      {
        what: 'longest silence while on air, whatever was done',
        value: Math.max(0, ...rooms.map(({ silence }) => silence.longestMs)),
        unit: 'ms',
        goal: silenceMs,
      },
      count(`sentences heard too often, of ${hearing.sentences}`, hearing.twice.length),
      ...(healedAloneShare === null
        ? []
        : [
            {
              // Faults of one kind that follow each other as quickly as here are one incident, which a person should know of.
              what: `incidents of which a person was told, of ${incidents.length}`,
              value: 100 * (1 - healedAloneShare),
              unit: '%',
            },
          ]),
    ],
    broken: [...verdict.nothingLostOrTwice, ...verdict.healsAlone],
    notes: [
      ...verdict.neverDeadAir,
      ...asked.map(({ id, summary }) => `a person was asked about ${id}: ${summary}`),
    ],
  };
}
