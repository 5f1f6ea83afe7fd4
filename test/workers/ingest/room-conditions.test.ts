import t from 'tap';
import { RoomConditions } from '../../../workers/ingest/room-conditions.ts';
import { RoomNotices } from '../../../workers/ingest/room-notices.ts';
import { RoomTroubles } from '../../../workers/ingest/room-troubles.ts';
import { Tally } from '../../../workers/ingest/tally.ts';

function open() {
  const said: string[] = [];
  const counters: Record<string, number> = {};
  let changes = 0;
  const clock = { now: 0 };
  const notices = new RoomNotices({
    room: 'demo',
    notice: (level, text) => said.push(`${level} ${text}`),
    now: () => clock.now,
  });
  const conditions = new RoomConditions({
    tally: new Tally(counters),
    notices,
    onChange: () => (changes += 1),
    now: () => clock.now,
  });
  return { conditions, said, counters, clock, changes: () => changes };
}
const guest = (isOn: boolean) => ({ code: 'guest', text: 'guests get no gifts', isOn });

void t.test('note() says a condition once, however often it is told, and when it is over', (t) => {
  const { conditions, said, counters, changes } = open();
  for (let count = 0; count < 1_000; count++) conditions.note(guest(true));
  t.same(conditions.on, [{ code: 'guest', text: 'guests get no gifts', since: 0 }]);
  t.match(counters, { conditions: 1, conditionsNoted: 1 });
  for (let count = 0; count < 10; count++) conditions.note(guest(false));
  t.same(said, ['warn room demo: guests get no gifts', 'info room demo: no longer: guests get no gifts']);
  t.match(counters, { conditions: 0, conditionsNoted: 1 });
  t.equal(changes(), 2);
  t.end();
});

void t.test('note() says a condition that comes and goes at most once a minute', (t) => {
  const { conditions, said, clock } = open();
  for (let count = 0; count < 120; count++) {
    clock.now = count * 1_000;
    conditions.note(guest(count % 2 === 0));
  }
  t.equal(said.length, 4);
  t.end();
});

void t.test('note() bounds what it remembers', (t) => {
  const { conditions } = open();
  for (let count = 0; count < 1_000; count++)
    conditions.note({ code: `code-${count}`, text: 'x'.repeat(10_000), isOn: true });
  t.equal(conditions.on.length, 32);
  t.equal(conditions.on[0]?.text.length, 500);
  conditions.clear();
  t.same(conditions.on, []);
  t.end();
});

void t.test('RoomTroubles tells of trouble when it begins, gets graver and is over, each once', (t) => {
  const told: string[] = [];
  const troubles = new RoomTroubles({
    room: 'demo',
    report: ({ topic, level }) => told.push(`${topic} ${level}`),
  });
  for (let blocks = 1; blocks < 100; blocks++) troubles.count('refused', blocks, 'x');
  troubles.count('refused', 0, 'connected');
  troubles.count('refused', 0, 'connected');
  troubles.count('unreachable', 1, 'x');
  t.same(told, ['refused warning', 'refused critical', 'refused ok']);
  t.end();
});
