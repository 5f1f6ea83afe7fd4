import { existsSync, readdirSync } from 'node:fs';
import t from 'tap';
import { DutyWatch } from '../../../workers/duty.ts';
import { rehearseRoom } from '../../../workers/ingest/rehearse-room.ts';
import { openBus } from '../../../workers/open-bus.ts';
import { openLogger } from '../../../workers/logger.ts';
import { childOptions } from '../../support/child-host.ts';
import { accessTo, startNats } from '../../support/nats.ts';
import { WebcastServer } from '../../support/webcast-server.ts';
import { IngestProcess, eventsOf } from './ingest-process.ts';

const log = openLogger({});
log.level = 'silent';

async function keysOf(url: string): Promise<string[]> {
  const signal = AbortSignal.timeout(60_000);
  await using bus = await openBus({ access: accessTo(url), name: 'test', log, signal });
  return await Array.fromAsync(await (await bus.bucket('rooms')).keys());
}

/** How often somebody asked under what to put something out. */
class CountingDuty extends DutyWatch {
  asked = 0;

  override get current() {
    this.asked += 1;
    return super.current;
  }
}

void t.test('rehearseRoom() passes events on to the end, and leaves nothing', async (t) => {
  const { url } = await startNats(t);
  const { signal } = new AbortController();
  await using bus = await openBus({ access: accessTo(url), name: 'test', log, signal });
  using duty = new CountingDuty({ deadlineMs: 60_000, ask: () => undefined, signal });
  const home = t.testdir({});
  const options = childOptions({ id: 'ingest', role: 'ingest', home, bus: accessTo(url), config: {} });
  await rehearseRoom({ options, bus, duty, log, signal });
  t.ok(duty.asked >= 40, `${duty.asked} events were ready for the bus`);
  t.same(await eventsOf(url), []);
  t.same(await keysOf(url), []);
  t.notOk(existsSync(`${home}/run/rehearsal`));
});

void t.test('rehearseRoom() throws when it does not come to its end', async (t) => {
  const { url } = await startNats(t);
  const { signal } = new AbortController();
  await using bus = await openBus({ access: accessTo(url), name: 'test', log, signal });
  using duty = new DutyWatch({ deadlineMs: 60_000, ask: () => undefined, signal });
  const options = childOptions({
    id: 'ingest',
    role: 'ingest',
    home: t.testdir({}),
    bus: accessTo(url),
    config: {},
  });
  t.intercept(AbortSignal, 'timeout', { value: () => AbortSignal.abort(new Error('too late')) });
  await t.rejects(rehearseRoom({ options, bus, duty, log, signal }), { message: 'too late' });
});

void t.test('a spare that is not needed has told nothing and connected to nobody', async (t) => {
  const { url } = await startNats(t);
  const server = await WebcastServer.open(t);
  const home = t.testdir({});
  const source = { pageUrl: server.url, pushUrls: [server.pushUrl] };
  const spare = new IngestProcess(t, { url, home, source });
  await spare.initialise();
  t.same(await spare.child.drain(), { code: 0, signal: null });
  t.equal(server.sockets.length, 0);
  t.same(await eventsOf(url), []);
  t.same(await keysOf(url), []);
  t.same(
    readdirSync(home, { recursive: true, encoding: 'utf8' }).filter((name) => name.includes('rehearsal')),
    [],
  );
});
