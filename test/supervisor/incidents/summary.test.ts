import t from 'tap';
import { DeskRun } from './fixtures.ts';

/** How an incident reads while it goes on, when nothing has helped, and at its end. */
void t.test('summarise() says in one sentence where the incident stands', (t) => {
  const run = new DeskRun();
  const summary = () => [...run.desk.open, ...run.desk.recent].map((record) => record.summary).join();
  run.signal('configuration', 'reload-begun');
  run.health('tts', 'down');
  run.pass(2_000);
  run.signal('tts', 'refused', { detail: 'voice must be one of a, b' });
  t.equal(
    summary(),
    'tts refused its configuration (voice must be one of a, b); repair under way: roll the configuration back; ' +
      'at stake: voice, answers; probable cause: configuration, the configuration had just been changed (2 s before)',
  );
  run.pass(30_000);
  t.match(summary(), /; no repair has lasted, and a person should look; at stake: voice, answers; probable/);
  run.signal('tts', 'start-failed');
  run.health('tts', 'well');
  run.pass(3_000);
  t.equal(
    summary(),
    'tts refused its configuration (voice must be one of a, b, 2 signals) and is well again after 30 s, 30 s of it down; ' +
      'probable cause: configuration, the configuration had just been changed (2 s before)',
  );
  t.end();
});

void t.test('summarise() says of a room that its worker goes on trying', (t) => {
  const run = new DeskRun();
  run.signal('room:demo', 'room-refused', { detail: 'ingest: HTTP 200 DEVICE_BLOCKED' });
  t.match(
    run.desk.open[0]?.summary,
    /^room:demo is refused by its platform \(ingest: HTTP 200 DEVICE_BLOCKED\); repair under way: wait: its worker goes on trying by itself; at stake: feed, answers; /,
  );
  t.end();
});
