import t from 'tap';
import type { ConnectionHistory, HistoryEvent } from '../../../workers/ingest/connection-history.ts';
import {
  combined,
  learnedWait,
  noHistory,
  qualityOf,
  readHistory,
  remembered,
  writeHistory,
} from '../../../workers/ingest/connection-history.ts';
import { seeded } from '../../supervisor/seeded.ts';

const hour = 3_600_000;
const after = (events: HistoryEvent[], history = noHistory(0)): ConnectionHistory =>
  events.reduce((before, event) => remembered(before, event, before.at), history);
const times = (count: number, event: HistoryEvent): HistoryEvent[] => Array<HistoryEvent>(count).fill(event);
const up = (ms: number): HistoryEvent => ({ kind: 'time', ms, up: true });
const down = (ms: number): HistoryEvent => ({ kind: 'time', ms, up: false });

void t.test('qualityOf() knows nothing of a new room, and 100 of one that was always there', (t) => {
  t.equal(qualityOf(noHistory(0)), null);
  t.equal(qualityOf(after([up(1_000)])), null);
  t.equal(qualityOf(after([up(600_000), { kind: 'first-frame', afterMs: 300 }])), 100);
  t.end();
});

void t.test('qualityOf() falls with what a viewer would notice, by its documented formula', (t) => {
  const well = up(600_000);
  t.equal(qualityOf(after([up(300_000), down(300_000)])), 50);
  t.equal(qualityOf(after([well, { kind: 'drop' }])), 91);
  t.equal(qualityOf(after([well, { kind: 'silence' }])), 83);
  t.equal(qualityOf(after([well, { kind: 'refusal' }])), 71);
  t.equal(qualityOf(after([well, { kind: 'first-frame', afterMs: 22_000 }])), 50);
  t.equal(qualityOf(after([down(600_000), ...times(1_000, { kind: 'refusal' })])), 0);
  t.end();
});

void t.test('qualityOf() forgives: what was an hour ago counts half', (t) => {
  const bad = after([up(60_000), ...times(10, { kind: 'drop' })]);
  t.equal(qualityOf(bad), 50);
  t.equal(qualityOf(remembered(bad, up(60_000), hour)), 67);
  t.ok((qualityOf(remembered(bad, up(60_000), 10 * hour)) ?? 0) >= 99);
  t.end();
});

void t.test('learnedWait() begins with a wait that has worked, once shorter ones mostly failed', (t) => {
  const tried = (waitMs: number, held: boolean): HistoryEvent => ({ kind: 'tried', waitMs, held });
  const short = times(5, tried(1_000, false));
  t.equal(learnedWait(after(times(2, tried(1_000, false))), 1_000, 60_000), 1_000, 'twice is no evidence');
  t.equal(learnedWait(after(short), 1_000, 60_000), 2_000);
  const longer = after([...short, ...times(5, tried(2_000, false)), ...times(5, tried(4_500, true))]);
  t.equal(learnedWait(longer, 1_000, 60_000), 4_000);
  t.equal(learnedWait(longer, 1_000, 3_000), 3_000, 'never above the bound');
  t.equal(learnedWait(longer, 8_000, 60_000), 8_000, 'never shorter than the policy');
  t.equal(learnedWait(after([...short, ...times(4, tried(1_000, true))]), 1_000, 60_000), 1_000);
  t.equal(
    learnedWait(remembered(longer, { kind: 'opened' }, 4 * hour), 1_000, 60_000),
    1_000,
    'it tries again later',
  );
  t.end();
});

void t.test('a history stays small and sane over anything, and survives a restart', (t) => {
  for (let seed = 1; seed <= 100; seed++) {
    const random = seeded(seed);
    let history = noHistory(0);
    let now = 0;
    const kinds = ['drop', 'silence', 'refusal', 'opened'] as const;
    for (let count = 0; count < 500; count++) {
      now += (random() - 0.1) * 100_000;
      const kind = kinds[Math.floor(random() * kinds.length)] ?? 'drop';
      const events: HistoryEvent[] = [
        { kind },
        { kind: 'time', ms: (random() - 0.2) * 60_000, up: random() < 0.7 },
        { kind: 'tried', waitMs: random() * 1e6, held: random() < 0.5 },
        { kind: 'first-frame', afterMs: random() * 60_000 - 1_000 },
      ];
      history = remembered(history, events[Math.floor(random() * events.length)] ?? { kind }, now);
      const quality = qualityOf(history);
      if (quality !== null && !(quality >= 0 && quality <= 100)) t.fail(`seed ${seed}: quality ${quality}`);
      const waitMs = random() * 60_000;
      const learned = learnedWait(history, waitMs, 60_000);
      if (!(learned >= waitMs && learned <= 60_000)) t.fail(`seed ${seed}: ${waitMs} became ${learned}`);
    }
    const text = writeHistory(history);
    if (text.length > 1_000) t.fail(`seed ${seed}: ${text.length} characters`);
    t.equal(qualityOf(readHistory(text, now)), qualityOf(history));
  }
  t.end();
});

void t.test('readHistory() takes what is no history for none, and none from the future', (t) => {
  for (const text of ['', '{', '{"at":1}', 'null']) t.same(readHistory(text, 7), noHistory(7));
  const future = writeHistory({ ...noHistory(5_000), drops: 3 });
  t.match(readHistory(future, 1_000), { at: 1_000, drops: 3 });
  t.end();
});

void t.test('combined() adds what two processes have seen, faded to one moment', (t) => {
  const one = { ...noHistory(0), drops: 4, tries: noHistory(0).tries.map(() => 2) };
  const both = combined(one, { ...noHistory(hour), drops: 1 }, hour);
  t.match(both, { at: hour, drops: 3, tries: noHistory(0).tries.map(() => 1) });
  t.end();
});
