import t from 'tap';
import { resumePlayhead } from '../../../ops/backup/resume-playhead.ts';
import { decodeAs, encode } from '../../../protocol/codec.ts';
import type { Playhead } from '../../../protocol/speech.ts';

const playhead: Playhead = {
  room: 'demo',
  at: 1_000,
  state: 'speaking',
  queuedMs: 500,
  utteranceId: 'half-heard',
  segmentIndex: 1,
  offsetMs: 300,
  resumeSeq: 4_321,
  ended: ['long-gone', 'settled'],
  partial: [
    { utteranceId: 'half-heard', nextIndex: 1, offsetMs: 300 },
    { utteranceId: 'settled-since', nextIndex: 1, offsetMs: 0 },
    { utteranceId: 'heard', nextIndex: 1, offsetMs: 20 },
  ],
  queued: ['half-heard'],
  output: 'file',
};
const unfinished = {
  isSettled: (id: string) => id.startsWith('settled'),
  halfSettled: [
    { room: 'demo', utteranceId: 'heard', nextIndex: 2 },
    { room: 'other', utteranceId: 'elsewhere', nextIndex: 1 },
  ],
};

void t.test(
  'resumePlayhead() reads the new sound stream from its beginning, and goes on in mid-sentence',
  (t) => {
    const resumed = resumePlayhead('demo', playhead, unfinished, 9_000);
    t.match(resumed, { room: 'demo', at: 9_000, resumeSeq: 1, ended: ['settled'], queued: [] });
    t.same(resumed.partial, [
      { utteranceId: 'half-heard', nextIndex: 1, offsetMs: 300 },
      { utteranceId: 'heard', nextIndex: 2, offsetMs: 0 },
    ]);
    t.end();
  },
);

void t.test('resumePlayhead() makes a playhead for a room that had none', (t) => {
  const resumed = resumePlayhead('other', undefined, unfinished, 9_000);
  t.match(resumed, { room: 'other', resumeSeq: 1, partial: [{ utteranceId: 'elsewhere' }] });
  t.match(decodeAs('playhead', encode('playhead', resumed)), resumed);
  t.end();
});
