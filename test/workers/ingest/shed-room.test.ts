import { pino } from 'pino';
import t from 'tap';
import type { Outcome } from '../../../protocol/speech.ts';
import { Ledger } from '../../../ops/ledger.ts';
import { openBus } from '../../../workers/open-bus.ts';
import { accessTo } from '../../support/nats.ts';
import { WebcastServer } from '../../support/webcast-server.ts';
import { message, messageFrame } from '../../support/webcast-wire.ts';
import { IngestProcess, eventsOf } from './ingest-process.ts';
import { RestartableNats } from './restartable-nats.ts';

const like = (id: string) =>
  message('Like', { user: { id: '7', nickname: '小明'.repeat(20) }, count: '1', total: '1' }, id);
const gift = (id: string) =>
  message(
    'Gift',
    { user: { id: '7', nickname: '小明' }, giftId: '4', groupId: id, repeatCount: '1', repeatEnd: 1 },
    id,
  );

async function outcomesOf(url: string): Promise<Outcome[]> {
  const signal = AbortSignal.timeout(60_000);
  const log = pino({ level: 'silent' });
  await using bus = await openBus({ access: accessTo(url), name: 'test', log, signal });
  const outcomes: Outcome[] = [];
  const all = { filter: 'live.*.outcome.*', from: { seq: 1 }, untilEnd: true, signal };
  for await (const { body } of bus.read('OUTCOME', 'outcome', all)) outcomes.push(body);
  return outcomes;
}

void t.test(
  'a full journal costs likes and no gift, and each of them has its outcome, also when ingest is killed in the middle',
  async (t) => {
    const nats = await RestartableNats.open(t);
    const room = await WebcastServer.open(t);
    const options = {
      url: nats.url,
      home: t.testdir({}),
      source: { pageUrl: room.url, pushUrls: [room.pushUrl] },
      ingest: { journalMb: 1, coalesceAbove: 10_000 },
    };
    const workers = [1, 2].map(() => new IngestProcess(t, options));
    const [first, second] = workers;
    if (!first || !second) throw new Error('There are two');
    await Promise.all(workers.map(async (worker) => await worker.initialise()));
    await first.promote(1);
    await room.until(({ sockets }) => sockets.length === 1);
    await nats.kill();

    let next = 0;
    const sent = new Map<string, string[]>();
    const gifts: string[] = [];
    const pour = (frames: number) => {
      for (let frame = 0; frame < frames; frame++) {
        const logId = String(++next);
        const messages = Array.from({ length: 50 }, (_, index) => like(`${next}${100 + index}`));
        const paid = `5000000${next}`;
        gifts.push(paid);
        sent.set(logId, [...messages.map((_, index) => `${next}${100 + index}`), paid]);
        room.socket.send(messageFrame([...messages, gift(paid)], { logId }));
      }
    };
    pour(80);
    await first.child.waitForCounters(({ shed }) => (shed ?? 0) > 100);
    await room.until((server) => server.acks().length >= 60);
    await first.child.kill();
    await second.promote(2);
    await room.until(({ sockets }) => sockets.length === 2);
    pour(60);
    await second.child.waitForCounters(({ shed }) => (shed ?? 0) > 100);
    await nats.start();
    // The last one has been acknowledged, and everything else by then.
    await room.until((server) => server.acks().some(({ logId }) => logId === String(next)));
    await second.child.waitForCounters(
      ({ journalBytes, shedTold }) => journalBytes === 0 && (shedTold ?? 0) > 200,
    );

    const [events, outcomes] = [await eventsOf(nats.url), await outcomesOf(nats.url)];
    const acked = new Set(room.acks().map(({ logId }) => logId));
    const owed = [...sent].flatMap(([logId, ids]) => (acked.has(logId) ? ids : []));
    const there = new Set(events.map(({ id }) => id));
    const shed = new Set(outcomes.map(({ eventId }) => eventId));
    const idOf = (id: string) => `demo:douyin:${id}`;
    t.same(
      owed.filter((id) => !there.has(idOf(id)) && !shed.has(idOf(id))),
      [],
      'what was acknowledged is on the bus, or was shed',
    );
    t.same(
      [...shed].filter((id) => there.has(id)),
      [],
      'not both',
    );
    t.equal(outcomes.length, shed.size, 'one outcome each');
    t.ok(
      outcomes.every(({ what, eventKind, by }) => what === 'shed' && eventKind === 'like' && by === 'ingest'),
    );
    const paid = gifts.map(idOf).filter((id) => there.has(id));
    t.same(
      events.filter(({ kind }) => kind === 'gift').map(({ id }) => id),
      paid,
      'the gifts, in order',
    );
    t.same(
      owed.filter((id) => gifts.includes(id) && !there.has(idOf(id))),
      [],
      'every gift that was acknowledged',
    );
    const ledger = new Ledger();
    for (const event of events) ledger.addEvent(event);
    for (const outcome of outcomes) ledger.addOutcome(outcome);
    const balance = ledger.balance(Date.now(), true);
    t.match(balance, { shedBeforeBus: shed.size, events: events.length + shed.size, twice: 0 });
  },
);
