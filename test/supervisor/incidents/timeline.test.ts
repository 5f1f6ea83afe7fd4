import t from 'tap';
import { entryOf, extend } from '../../../supervisor/incidents/timeline.ts';

void t.test('extend() keeps the first ten and the last thirty, and counts the rest', (t) => {
  let record = { timeline: [], timelineDropped: 0 } as Parameters<typeof extend>[0];
  const empty = record;
  for (let at = 0; at < 1_000; at++)
    record = extend(record, { at, what: 'exited', detail: 'y'.repeat(9_999) });
  t.equal(record.timeline.length, 40);
  t.equal(record.timelineDropped, 960);
  t.same(
    [0, 9, 10, 39].map((index) => record.timeline[index]?.at),
    [0, 9, 970, 999],
  );
  t.equal(record.timeline[0]?.detail.length, 300);
  t.same(empty.timeline, [], 'what it was given is as before');
  t.end();
});

void t.test('entryOf() puts child, detail and figures in words', (t) => {
  const signal = { at: 1, component: 'tts', child: 'tts-1', kind: 'memory-hard', detail: 'too big' } as const;
  t.same(entryOf({ ...signal, figures: { rssMb: 812.3456 } }), {
    at: 1,
    what: 'memory-hard',
    detail: 'tts-1: too big (rssMb 812.35)',
  });
  t.equal(entryOf({ ...signal, child: '', detail: '' }).detail, '');
  const many = Object.fromEntries(Array.from({ length: 100 }, (_, index) => [`figure${index}`, index]));
  t.equal(entryOf({ ...signal, figures: many }).detail.split(',').length, 6);
  t.end();
});
