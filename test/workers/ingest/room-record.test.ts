import type { KV } from '@nats-io/kv';
import t from 'tap';
import { FaultLog } from '../../../workers/ingest/fault-log.ts';
import { RoomRecord } from '../../../workers/ingest/room-record.ts';
import { openBus } from '../../../workers/open-bus.ts';
import { openLogger } from '../../../workers/logger.ts';
import { accessTo, startNats } from '../../support/nats.ts';

const log = openLogger({});
log.level = 'silent';

void t.test('RoomRecord writes the last word when it is disposed, unless somebody else speaks', async (t) => {
  const { url } = await startNats(t);
  const { signal } = new AbortController();
  await using bus = await openBus({ access: accessTo(url), name: 'test', log, signal });
  const bucket: KV = await bus.bucket('rooms');
  const open = (text: string) =>
    new RoomRecord({
      bus,
      faults: new FaultLog(log),
      signal,
      entries: () => ({ 'state.demo': text }),
      everyMs: 60_000,
    });
  const ours = open('ours');
  ours.changed();
  await ours[Symbol.asyncDispose]();
  t.equal((await bucket.get('state.demo'))?.string(), 'ours');
  const left = open('left');
  left.abandon();
  left.changed();
  await left[Symbol.asyncDispose]();
  t.equal((await bucket.get('state.demo'))?.string(), 'ours');
});
