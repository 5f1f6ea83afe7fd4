import { existsSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import type { Test } from 'tap';
import type { RoomConfig } from '../../../protocol/config.ts';
import { configSchema } from '../../../protocol/config.ts';
import { DutyWatch } from '../../../workers/duty.ts';
import { genericPolicy } from '../../../workers/ingest/connection-policy.ts';
import { FaultLog } from '../../../workers/ingest/fault-log.ts';
import { RoomParts } from '../../../workers/ingest/room-parts.ts';
import type { SourceDefinition, SourceParts } from '../../../workers/ingest/source.ts';
import { Tally } from '../../../workers/ingest/tally.ts';
import { openBus } from '../../../workers/open-bus.ts';
import { openLogger } from '../../../workers/logger.ts';
import { Secrets } from '../../../workers/secrets.ts';
import { childOptions } from '../../support/child-host.ts';
import { accessTo, startNats } from '../../support/nats.ts';

const log = openLogger({});
log.level = 'silent';

/** Parts of a room whose source does nothing, with what they were given and what they said. */
async function setUp(t: Test, { source = {}, close = async () => await Promise.resolve() } = {}) {
  const { url } = await startNats(t);
  const home = t.testdir({});
  const given = { id: 'demo', source: { type: 'douyin', webRid: 'demo', ...source } };
  const config = { rooms: [given], ingest: { recording: { enabled: true } } };
  const [room] = configSchema.parse(config).rooms as [RoomConfig];
  const options = childOptions({ id: 'ingest', role: 'ingest', home, bus: accessTo(url), config });
  const { signal } = new AbortController();
  const bus = await openBus({ access: accessTo(url), name: 'test', log, signal });
  t.teardown(async () => await bus[Symbol.asyncDispose]());
  const duty = new DutyWatch({ deadlineMs: 60_000, ask: () => undefined, signal });
  t.teardown(() => duty[Symbol.dispose]());
  const said: string[] = [];
  let asked: SourceParts | undefined;
  const definition: SourceDefinition = {
    platform: 'douyin',
    policy: genericPolicy,
    open(_config, parts) {
      asked = parts;
      return {
        platform: 'douyin',
        open: () => Promise.resolve({ kind: 'offline', reason: 'a test' }),
        [Symbol.asyncDispose]: close,
      };
    },
    openDecoder() {
      throw new Error('nothing is decoded');
    },
    check: () => Promise.resolve([]),
    warmUp: () => Promise.resolve(),
  };
  const parts = new RoomParts({
    room,
    definition,
    host: {
      child: {
        options,
        bus,
        duty,
        log,
        draining: signal,
        drainUntil: 0,
        handOver: false,
        counters: {},
        inFlight: 0,
        progress: () => undefined,
        notice: (_level, text) => void said.push(text),
        trouble: ({ text }) => void said.push(text),
        secrets: new Secrets(),
      },
      signal,
      presence: { isAway: false, onChange: () => ({ [Symbol.dispose]: () => undefined }) },
      follower: { catchUp: () => Promise.resolve() },
      idFollower: undefined,
      saved: { get: () => '', save: () => undefined },
      wanted: {
        has: () => true,
        when: () => ({ signal, [Symbol.dispose]: () => undefined }),
      },
    },
    tally: new Tally({}),
    faults: new FaultLog(log),
  });
  if (!asked) throw new Error('No source was made');
  const keys = async () => await Array.fromAsync(await (await bus.bucket('rooms')).keys());
  return { parts, asked, said, keys, home };
}

void t.test('RoomParts that nobody needs have told nothing when they go', async (t) => {
  const { parts, said, keys, home } = await setUp(t);
  await parts[Symbol.asyncDispose]();
  t.same(said, []);
  t.same(await keys(), []);
  t.notOk(existsSync(join(home, 'recordings')));
});

void t.test('RoomParts of a session that ends at once leave its last word', async (t) => {
  const { parts, keys } = await setUp(t);
  parts.begin(new AbortController().signal);
  parts.link.connection.try();
  await parts[Symbol.asyncDispose]();
  t.same(await keys(), ['state.demo'], 'and no history, as it is not known what there was before');
});

void t.test('RoomParts may begin when all is over already', async (t) => {
  const { parts } = await setUp(t);
  parts.begin(AbortSignal.abort());
  await t.resolves(parts[Symbol.asyncDispose]());
});

void t.test('RoomParts close the recording even when the source cannot be closed', async (t) => {
  const { parts, asked, home } = await setUp(t, {
    close: async () => await Promise.reject(new Error('it hangs on')),
  });
  parts.begin(new AbortController().signal);
  asked.onRaw({ receivedAt: Date.now(), form: 'text', data: Buffer.from('{}') });
  await t.rejects(parts[Symbol.asyncDispose](), { message: 'it hangs on' });
  t.ok(existsSync(join(home, 'recordings', 'demo')), 'what came is written');
});

void t.test(
  'a login that is being renewed when a session ends is kept, unless the worker ends',
  async (t) => {
    const script = `setTimeout(() => console.log('sessionid=fresh'), 500)`;
    const refresh = { type: 'command', command: [process.execPath, '-e', script], timeoutMs: 60_000 };
    const first = await setUp(t, { source: { refresh } });
    first.parts.begin(new AbortController().signal);
    const renewing = first.parts.link.recovery.expired('a test');
    await first.parts[Symbol.asyncDispose]();
    await renewing;
    t.ok(existsSync(join(first.home, 'run', 'credentials', 'demo')));

    const second = await setUp(t, { source: { refresh } });
    const worker = new AbortController();
    second.parts.begin(worker.signal);
    const stopped = second.parts.link.recovery.expired('a test');
    await second.parts[Symbol.asyncDispose]();
    worker.abort();
    await stopped;
    t.notOk(existsSync(join(second.home, 'run', 'credentials', 'demo')));
  },
);
