import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import t from 'tap';
import { Show, silentRoom } from '../support/show.ts';
import { incidentsOf } from './incidents.ts';

const status = resolve(import.meta.dirname, '../../ops/status.ts');

async function statusOf(home: string, ...args: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, [status, '--home', home, ...args], {
    timeout: 120_000,
  });
  return stdout;
}

/** The room as scripts see it; on a busy machine the bus may not answer in time. */
async function roomOf(home: string): Promise<object | undefined> {
  for (let attempt = 1; attempt <= 20; attempt++) {
    const { rooms } = JSON.parse(await statusOf(home, '--json')) as { rooms: object[] };
    if (rooms.length > 0) return rooms[0];
  }
  return undefined;
}

void t.test('a room that its platform refuses is told of, and again when a new cookie helps', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'onair-cookie-'));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  const cookieFile = join(folder, 'cookie.txt');
  writeFileSync(cookieFile, 'sessionid=an-old-secret');
  const rooms = silentRoom.rooms.map(({ id, source }) => ({ id, source: { ...source, cookieFile } }));
  await using running = await Show.start(t, { ...silentRoom, rooms }, ['--only', 'ingest,reply,sim']);
  const { home } = running;
  await running.untilConnected();

  // Two handshakes a try; the second try comes at once, and the third only after a minute, unless something changes.
  await running.changeRoom({ fetchAnswer: 'empty' });
  await running.fault({ kind: 'refuse', how: 'blocked', times: 4 });
  await running.fault({ kind: 'cut' });
  const incident = () => incidentsOf(home, 'room:demo').at(-1);
  await running.until('an incident', () => incident() !== undefined);
  t.match(incident(), {
    problem: 'room-refused',
    severity: 'warning',
    state: 'open',
    impact: { promises: ['feed', 'answers'] },
    summary: /^room:demo is refused by its platform \(ingest: HTTP 200 DEVICE_BLOCKED 415\); /,
  });
  // Before its third try.
  await running.until('it to be seen from outside', async () =>
    /room demo \(douyin\): failed for .*DEVICE_BLOCKED 415\), next try in \d+ s/.test(await statusOf(home)),
  );
  t.match(await roomOf(home), { wanted: true, state: 'failed', active: false, shouldReconnect: true });
  const told = (text: string) => running.lines.some((line) => line.includes(text));
  await running.until('people to be told', () => told('warning: room:demo is refused by its platform'));
  await running.until('people to be told what to look at', () =>
    told('room demo: the platform refuses us: check cookie, signer'),
  );

  writeFileSync(cookieFile, 'sessionid=a-newer-secret');
  await running.untilConnected();
  await running.until('the end of the incident', () => incident()?.state === 'resolved');
  t.equal(incidentsOf(home, 'room:demo').length, 1);
  await running.until('people to be told', () =>
    running.lines.some((line) => /recovered: room:demo .* is well again/.test(line)),
  );
  await running.until('it to be seen from outside', async () =>
    /room demo \(douyin\): connected for /.test(await statusOf(home)),
  );
  t.notMatch(running.lines.join('\n') + running.log('ingest.ndjson'), /an-old-secret|a-newer-secret/);
  t.equal(await running.stop(), 0);
});
