import { Kvm } from '@nats-io/kv';
import { pino } from 'pino';
import t from 'tap';
import { encodeWanted, wantedKey } from '../../protocol/wanted.ts';
import { openBus } from '../../workers/open-bus.ts';
import { WantedRooms } from '../../workers/wanted-rooms.ts';
import { accessTo, startNats } from '../support/nats.ts';

const record = (wanted: boolean): string => encodeWanted({ wanted, at: 1, by: 'test' });

void t.test('WantedRooms knows what was said before it, and hears of every change', async (t) => {
  const { url } = await startNats(t);
  const { signal } = new AbortController();
  const log = pino({ level: 'silent' });
  await using bus = await openBus({ access: accessTo(url), name: 'test', log, signal });
  const bucket = await new Kvm(bus.connection).open('rooms');
  {
    await using none = new WantedRooms({ bus, log });
    await none.known(signal);
    t.equal(none.has('demo'), true, 'without a word a room is wanted');
  }
  await bucket.put(wantedKey('demo'), record(false));
  await bucket.put('resume.demo', 'not about this');
  await using all = new WantedRooms({ bus, log });
  await using one = new WantedRooms({ bus, log, room: 'other' });
  await Promise.all([all.known(signal), one.known(signal)]);
  t.same([all.has('demo'), all.has('other'), one.has('demo')], [false, true, true]);

  using already = all.when('demo', false);
  t.equal(already.signal.aborted, true);
  const change = async (room: string, wanted: boolean, value: string) => {
    using due = all.when(room, wanted);
    const heard = new Promise<void>((done) => due.signal.addEventListener('abort', () => done()));
    t.equal(due.signal.aborted, false);
    await bucket.put(wantedKey(room), value);
    await heard;
  };
  await change('demo', true, record(true));
  await change('other', false, record(false));
  await change('other', true, 'damaged: it says nothing');
  await change('other', false, record(false));
  using again = all.when('other', true);
  const heard = new Promise<void>((done) => again.signal.addEventListener('abort', () => done()));
  await bucket.delete(wantedKey('other'));
  await heard;
  t.equal(all.has('other'), true);
});

void t.test('known() returns when the signal says stop, though nobody answers', async (t) => {
  const nats = await startNats(t);
  const bus = await openBus({
    access: accessTo(nats.url),
    name: 'test',
    log: pino({ level: 'silent' }),
    signal: new AbortController().signal,
  });
  await nats.stop();
  const rooms = new WantedRooms({ bus, log: pino({ level: 'silent' }) });
  await rooms.known(AbortSignal.abort());
  t.equal(rooms.has('demo'), true);
  await rooms[Symbol.asyncDispose]();
  await bus[Symbol.asyncDispose]();
});
