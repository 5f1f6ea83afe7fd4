import { setImmediate as turn, setTimeout as sleep } from 'node:timers/promises';
import t from 'tap';
import { decodeAs } from '../../protocol/codec.ts';
import { toFailure } from '../../protocol/failure.ts';
import type { ChildReport, SupervisorCommand } from '../../protocol/ipc.ts';
import type { BusLink } from '../../supervisor/bus-link.ts';
import type { ChildRecord, LifeEvent } from '../../supervisor/child-record.ts';
import { Conversation } from '../../supervisor/conversation.ts';
import type { Crew } from '../../supervisor/crew.ts';
import { open as openIncident } from '../../supervisor/incidents/incident.ts';
import { playbooks } from '../../supervisor/incidents/playbooks.ts';
import type { Signal } from '../../supervisor/incidents/signal.ts';
import { keptLog, stateOf, worker } from './some-children.ts';

const ack = (seq: number, delivery = 1): string =>
  `$JS.ACK.SPEECH.tts-idle.${delivery}.${seq}.${seq}.1795396662609000000.0`;

/** A conversation with these children over a bus that keeps what it is told. */
function open(children: ChildRecord[], unheard: string[] = [], isCut = false) {
  const { log, messages } = keptLog('info');
  const told: { id: string; event: LifeEvent }[] = [];
  const sent: { id: string; command: SupervisorCommand }[] = [];
  const said: string[] = [];
  const signals: Signal[] = [];
  const handedOver: string[] = [];
  const cut: unknown[] = [];
  const published: { subject: string; payload: Uint8Array }[] = [];
  const state = stateOf(children);
  const crew = {
    send: (id: string, command: SupervisorCommand) => sent.push({ id, command }),
    sendToAll: (command: SupervisorCommand) => sent.push({ id: '*', command }),
  };
  const bus = {
    connection: undefined,
    handOver: (acks: Iterable<string>) => handedOver.push(...acks),
    tell: (subject: string, payload: Uint8Array) => published.push({ subject, payload }),
    cut: async (connection: unknown) => {
      cut.push(connection);
      return await Promise.resolve(isCut);
    },
    unacknowledged: async () => await Promise.resolve(unheard),
  };
  const conversation = new Conversation({
    state,
    // Only what is used of them.
    crew: crew as unknown as Crew,
    bus: bus as unknown as BusLink,
    log,
    say: (line) => said.push(line),
    tell: ({ id }, event) => told.push({ id, event }),
    signal: (signal) => signals.push(signal),
  });
  return { conversation, state, told, sent, said, signals, handedOver, cut, published, messages };
}

/** Longer than it waits before it asks what nobody has heard of: its timer is due first, in the same process. */
const pastUnheard = async () => {
  await sleep(100);
  for (let turns = 0; turns < 5; turns++) await turn();
};

const heartbeat: ChildReport = {
  kind: 'heartbeat',
  connected: true,
  at: 0,
  loopDelayMs: 4,
  inFlight: 2,
  lastProgressAt: 7,
  counters: { queue: 3 },
};

void t.test('receive() passes on what the roster has to know, and keeps the figures', (t) => {
  const tts = worker('tts');
  const { conversation, state, told } = open([tts]);
  state.busReady = true;
  conversation.receive(tts, { kind: 'registered', pid: 1 });
  conversation.receive(tts, { kind: 'started' });
  conversation.receive(tts, { kind: 'yielded' });
  conversation.receive(tts, { kind: 'initialised', address: '127.0.0.1:9' });
  conversation.receive(tts, heartbeat);
  conversation.receive(tts, { kind: 'drained' });
  t.match(
    told.map(({ event }) => event),
    [
      { kind: 'registered' },
      { kind: 'started' },
      { kind: 'yielded' },
      { kind: 'initialised', address: '127.0.0.1:9' },
      { kind: 'heartbeat', inFlight: 2, lastProgressAt: 7, connected: true, busReady: true },
    ],
  );
  t.same(conversation.countersOf('tts'), { queue: 3, inFlight: 2, loopDelayMs: 4 });
  t.same(conversation.countersOf('reply'), {});
  t.end();
});

void t.test('receive() drops the words of an earlier generation', (t) => {
  const { conversation, told, said } = open([worker('tts', { generation: 2 })]);
  const earlier = worker('tts', { generation: 1 });
  conversation.receive(earlier, heartbeat);
  conversation.receive(earlier, { kind: 'notice', level: 'info', text: 'late' });
  conversation.receive(worker('reply'), heartbeat);
  t.same([told, said], [[], []]);
  t.end();
});

void t.test('receive() says what a person should read', (t) => {
  const tts = worker('tts');
  const { conversation, said } = open([tts]);
  conversation.receive(tts, { kind: 'notice', level: 'info', text: 'speaks' });
  conversation.receive(tts, { kind: 'notice', level: 'warn', text: 'speaks badly' });
  const failure = toFailure(new Error('no voice', { cause: new Error('no file') }));
  conversation.receive(tts, { kind: 'failed', failure });
  t.same(said, ['tts: speaks', 'tts: warning: speaks badly', 'tts: no voice: no file']);
  t.end();
});

void t.test('receive() makes signals of what is wrong with a room', (t) => {
  const ingest = worker('ingest');
  const { conversation, signals } = open([ingest]);
  const trouble = { kind: 'trouble', room: 'demo', text: 'HTTP 200' } as const;
  conversation.receive(ingest, { ...trouble, topic: 'refused', level: 'warning' });
  conversation.receive(ingest, { ...trouble, topic: 'refused', level: 'critical' });
  conversation.receive(ingest, { ...trouble, topic: 'refused', level: 'ok', text: 'connected' });
  t.match(signals, [
    { component: 'room:demo', child: 'ingest', kind: 'room-refused', detail: 'HTTP 200' },
    { kind: 'room-shut-out' },
    { kind: 'room-admitted', detail: 'connected' },
  ]);
  t.end();
});

void t.test('receive() confirms a doubt only to who still has the duty', (t) => {
  const tts = worker('tts', { duty: { lease: 'tts/1', epoch: 5 } });
  const { conversation, sent } = open([tts]);
  conversation.receive(tts, { kind: 'doubt', epoch: 4 });
  t.same(sent, []);
  conversation.receive(tts, { kind: 'doubt', epoch: 5 });
  t.same(sent, [{ id: 'tts', command: { kind: 'confirmed', epoch: 5 } }]);
  t.end();
});

void t.test('ended() gives back what a child held, gone() what it never could say that it had', async (t) => {
  const [tts, next] = [worker('tts'), worker('tts', { id: 'tts.2' })];
  const { conversation, state, handedOver, signals } = open([tts], [ack(9)]);
  conversation.receive(tts, { kind: 'took', acks: [ack(1), ack(2)] });
  conversation.receive(tts, { kind: 'settled', acks: [ack(1)] });
  conversation.ended(tts);
  t.same(handedOver, [ack(2)]);
  t.same(conversation.countersOf('tts'), {});
  await pastUnheard();
  t.notOk(handedOver.includes(ack(9)), 'the bus may still give it more');
  conversation.gone(worker('tts', { generation: tts.generation + 1 }));
  await pastUnheard();
  t.notOk(handedOver.includes(ack(9)), 'that was another one');
  conversation.gone(tts);
  await pastUnheard();
  // What nobody has taken yet is given back once more within milliseconds.
  t.same([...new Set(handedOver)], [ack(2), ack(9)]);
  state.children.set(next.id, next);
  conversation.receive(next, { kind: 'took', acks: [ack(2, 2)] });
  t.match(signals, [{ component: 'tts', child: 'tts.2', kind: 'handed-over', detail: '1 messages' }]);
  t.ok(Number(signals[0]?.figures?.['latestMs']) >= 0);
});

void t.test('ended() gives back what nobody takes, and leaves alone what is on its way', async (t) => {
  const [reply, next] = [worker('reply'), worker('reply', { id: 'reply.2' })];
  const { conversation, state, handedOver } = open([reply, next]);
  const acks = Array.from({ length: 20 }, (_, n) => ack(n + 1));
  conversation.receive(reply, { kind: 'took', acks });
  conversation.ended(reply);
  state.children.delete('reply');
  while (handedOver.length < 60) await turn();
  t.same(new Set(handedOver), new Set(acks), 'again and again while nobody has any');
  const [first = ''] = acks;
  conversation.receive(next, { kind: 'took', acks: [first] });
  const before = handedOver.length;
  // Longer than several of the pauses between two tries.
  await sleep(400);
  t.equal(handedOver.length, before, 'the other nineteen are expected');
  while (handedOver.length === before) await turn();
  t.same(handedOver.slice(before), acks.slice(1), 'they did not come: once more');
});

void t.test('ended() takes a planned end for no death', async (t) => {
  const process = { since: 0, pid: 1, deadline: 0, handOver: true, yielded: true, again: true };
  const draining = worker('tts', { life: { ...process, name: 'draining' } });
  const { conversation, handedOver } = open([draining], [ack(9)]);
  conversation.receive(draining, { kind: 'treating', acks: [ack(3)] });
  conversation.ended(draining);
  conversation.gone(draining);
  await pastUnheard();
  t.same([...new Set(handedOver)], [ack(3)], 'and nobody asks for what it might not have heard');
});

void t.test('ended() holds a message back that two workers died of, until all know it', async (t) => {
  const tts = worker('tts');
  const { conversation, sent, handedOver, signals, messages } = open([tts]);
  for (const delivery of [1, 2]) {
    conversation.receive(tts, { kind: 'took', acks: [ack(4, delivery), ack(5, delivery)] });
    conversation.receive(tts, { kind: 'treating', acks: [ack(4, delivery)] });
    handedOver.length = 0;
    conversation.ended(tts);
  }
  t.same(conversation.poison, ['SPEECH 4']);
  t.same(sent, [{ id: '*', command: { kind: 'poison', keys: ['SPEECH 4'] } }]);
  t.match(signals.at(-1), { kind: 'poisoned', component: 'tts' });
  t.same(handedOver, [ack(5, 2)], 'the other one goes on at once');
  while (!handedOver.includes(ack(4, 2))) await turn();
  t.ok(messages.includes('poison message not kept in DEAD'), 'there was no bus');
});

void t.test('publish() tells the bus of an incident', (t) => {
  const { conversation, published } = open([]);
  const [playbook] = playbooks.filter(({ problem }) => problem === 'crash');
  if (!playbook) throw new Error('there is no such playbook');
  const signal = { at: 7, component: 'tts', child: 'tts', kind: 'exited', detail: '' } as const;
  const noCause = () => ({ component: 'tts', what: '', why: '', at: 7, confidence: 0 });
  conversation.publish(openIncident('i1', signal, playbook, noCause).incident.record);
  const [{ subject, payload } = { subject: '', payload: new Uint8Array() }] = published;
  t.equal(subject, 'ops.incident');
  t.match(decodeAs('incident', payload), { id: 'i1', component: 'tts', severity: 'warning' });
  t.end();
});

void t.test(
  'ended() has the connection of a dead child cut, and gives back what was on its way to it',
  async (t) => {
    const tts = worker('tts');
    const connection = { kind: 'bus-connection', server: 'N1', client: 7 } as const;
    const cutIn = async (child: ChildRecord, isCut: boolean, told: ChildReport = connection) => {
      const { conversation, handedOver, cut } = open([child], [ack(9)], isCut);
      conversation.receive(child, told);
      conversation.ended(child);
      await pastUnheard();
      const before = [...handedOver];
      conversation.gone(child);
      await pastUnheard();
      return { cut, before, after: handedOver };
    };
    t.match(await cutIn(tts, true), {
      cut: [{ server: 'N1', client: 7 }],
      before: [ack(9)],
      after: [ack(9)],
    });
    t.match(await cutIn(tts, false), { before: [], after: [ack(9)] }, 'as soon as its process is gone, then');
    t.same((await cutIn(tts, true, heartbeat)).cut, [], 'nobody knows which one it was');
    const ingest = { ...tts, spec: { ...tts.spec, holdsPlace: true } };
    t.same((await cutIn(ingest, true)).cut, [], 'it is gone with its process');
    const draining = { ...tts, life: { ...tts.life, name: 'draining' } } as ChildRecord;
    t.same((await cutIn(draining, true)).cut, [], 'it ended in order');
  },
);
