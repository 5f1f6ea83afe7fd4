import type { JsMsg } from '@nats-io/jetstream';
import { pino } from 'pino';
import t from 'tap';
import { configSchema, demoConfig } from '../../../protocol/config.ts';
import type { EventBody, LiveEvent } from '../../../protocol/event.ts';
import { utteranceId } from '../../../protocol/ids.ts';
import type { Outcome, Playhead, Segment } from '../../../protocol/speech.ts';
import type { ReplyConfig } from '../../../protocol/config.ts';
import type { Bus } from '../../../workers/bus.ts';
import type { Answer, Answerer } from '../../../workers/reply/answerer.ts';
import type { MemoryPart, MemoryParts } from '../../../workers/reply/memory.ts';
import type { WordFilter } from '../../../workers/reply/wording.ts';
import { RoomHost } from '../../../workers/reply/room-host.ts';
import { segmentsOf } from '../../../workers/reply/utterance.ts';
import { liveEvent } from '../../support/events.ts';

const { reply } = configSchema.parse(demoConfig);

/** A bus that keeps what is published, knows what a test says is there already, and lets a test hold it up. */
function openDesk(
  options: {
    held?: Promise<void>;
    there?: Segment[];
    reply?: Partial<ReplyConfig>;
    answerers?: Answerer[];
    words?: WordFilter;
    isWanted?: () => boolean;
    kept?: { show?: MemoryParts['show']; viewers?: MemoryParts['viewers'] };
  } = {},
) {
  const segments: Segment[] = [];
  const outcomes: Outcome[] = [];
  /** Which answers were promised, and how many segments were on the bus by then. */
  const promises: [string, number][] = [];
  const publish = async (subject: string, type: string, body: unknown) => {
    await options.held;
    const there = (options.there ?? []).findIndex(({ id }) => id === (body as Segment).id);
    if (there >= 0) return { seq: there, duplicate: true };
    if (type === 'segment') segments.push(body as Segment);
    if (type === 'outcome') outcomes.push(body as Outcome);
    return { seq: 1, duplicate: false, subject };
  };
  async function* read(...[, , { from }]: Parameters<Bus['read']>) {
    yield { body: options.there?.['seq' in from ? from.seq : 0] };
  }
  const drain = new AbortController();
  const work = { inFlight: 0 };
  const memory = {
    kept: 0,
    views: undefined as { [Part in MemoryPart]: () => MemoryParts[Part] } | undefined,
  };
  const host = new RoomHost({
    room: 'demo',
    config: { ...reply, mergeWindowMs: 0, ...options.reply },
    voice: 'cmn',
    bus: { publish, read } as unknown as Pick<Bus, 'publish' | 'read'>,
    log: pino({ level: 'silent' }),
    signal: new AbortController().signal,
    draining: drain.signal,
    lifeId: 'x',
    holdTreated: () => ({ [Symbol.dispose]: () => undefined }),
    onWork: (change) => (work.inFlight += change),
    isWanted: () => options.isWanted?.() ?? true,
    promise: (id) => promises.push([id, segments.length]),
    count: () => undefined,
    answerers: () => options.answerers ?? [],
    words: options.words,
    openMemory(views) {
      memory.views = views;
      return {
        read: async () => await Promise.resolve(options.kept ?? {}),
        changed: () => undefined,
        kept: async () => await Promise.resolve(void (memory.kept += 1)),
      };
    },
  });
  return { host, segments, outcomes, promises, drain, work, memory };
}

function delivery(seq = 1): { message: JsMsg; said: string[] } {
  const said: string[] = [];
  const answers = {
    ack: () => said.push('ack'),
    nak: () => said.push('nak'),
    working: () => said.push('working'),
  };
  const message = { ...answers, seq } as unknown as JsMsg;
  return { message, said };
}

const now = Date.now();
const event = (body: EventBody): LiveEvent => liveEvent({ body, at: now, expiresAt: now + 60_000 });
const chat = () => event({ kind: 'chat', text: '多少钱', luckyBag: false });
const gift = () =>
  event({
    kind: 'gift',
    giftId: '1',
    name: '玫瑰',
    count: 1,
    total: 1,
    diamonds: 1,
    streak: 'a',
    streakEnd: true,
  });

/** What another process has published. */
function saidBefore(
  id: string,
  events: LiveEvent[],
  sentences = ['先说的第一句话。', '先说的第二句话。'],
): Segment[] {
  const common = { room: 'demo', priority: 'normal' as const, voice: 'cmn', now, expiresAt: now + 60_000 };
  return segmentsOf({ ...common, id, sentences, events, idleScript: '' });
}

void t.test('RoomHost acks an event only when its answer is on the bus', async (t) => {
  const held = Promise.withResolvers<void>();
  const { host, segments } = openDesk({ held: held.promise });
  const { message, said } = delivery();
  const asked = chat();
  host.take(asked, message);
  const turn = host.turn();
  host.keepAlive();
  t.same(said, ['working']);
  held.resolve();
  await turn;
  t.same(said, ['working', 'ack']);
  t.match(segments[0], { priority: 'normal', causes: [{ eventId: asked.id, merged: false }] });
  host.keepAlive();
  t.same(said, ['working', 'ack'], 'what is settled is no longer held');
});

void t.test('RoomHost answers an event once, however often it is delivered', async (t) => {
  const asked = chat();
  const { host, segments } = openDesk();
  host.take(asked, delivery().message);
  const again = delivery();
  host.take(asked, again.message);
  await host.turn();
  t.same(again.said, ['ack'], 'the later delivery is the one that counts');
  const late = delivery();
  host.take(asked, late.message);
  await host.turn();
  t.same(late.said, ['ack']);
  const answers = segments.filter(({ causes }) => causes.length > 0).map(({ utteranceId }) => utteranceId);
  t.equal(new Set(answers).size, 1);
});

void t.test('RoomHost does not answer what an earlier process has answered', async (t) => {
  const asked = chat();
  const { host, segments } = openDesk();
  for (const segment of saidBefore('u:before', [chat(), asked])) host.observe(segment);
  const { message, said } = delivery();
  host.take(asked, message);
  await host.turn();
  t.same(said, ['ack']);
  t.same(
    segments.filter(({ causes }) => causes.length > 0),
    [],
  );
});

void t.test('RoomHost keeps the show going, but not ahead of what is still to be heard', async (t) => {
  const { host, segments } = openDesk({ reply: { director: { ...reply.director, leadMs: 2_500 } } });
  await host.turn();
  const first = segments.length;
  t.ok(first > 0 && segments.every(({ priority }) => priority === 'idle'));
  await host.turn();
  await host.turn();
  t.equal(segments.length, first, 'nothing more while the first is not heard');
  const playhead: Playhead = {
    room: 'demo',
    at: now,
    state: 'idle',
    queuedMs: 0,
    utteranceId: '',
    segmentIndex: 0,
    offsetMs: 0,
    resumeSeq: 1,
    ended: [segments[0]?.utteranceId ?? ''],
    partial: [],
    queued: [],
    output: 'file',
  };
  host.hear(playhead);
  await host.turn();
  t.ok(segments.length > first, 'the next script once it is');
});

void t.test(
  'RoomHost says at the end what was paid for, and lets go of the rest with a reason',
  async (t) => {
    const { host, segments, outcomes } = openDesk();
    const [paid, asked] = [gift(), chat()];
    const { message, said } = delivery();
    host.take(paid, delivery().message);
    host.take(asked, message);
    await host.finish();
    t.same(
      segments.map(({ priority, causes }) => ({ priority, id: causes[0]?.eventId })),
      [{ priority: 'urgent', id: paid.id }],
    );
    t.match(outcomes, [{ what: 'skipped', eventId: asked.id, reason: 'stopping' }]);
    t.same(said, ['ack']);
    t.equal(host.waiting, 0);
  },
);

void t.test('RoomHost that hands over gives its board back in order, with no outcome', async (t) => {
  const held = Promise.withResolvers<void>();
  const { host, segments, outcomes, drain, work } = openDesk({ held: held.promise });
  const order: number[] = [];
  const take = (seq: number) => {
    const { message, said } = delivery(seq);
    host.take(chat(), { ...message, nak: () => order.push(seq) } as JsMsg);
    return said;
  };
  const said = take(2);
  const turn = host.turn();
  t.equal(work.inFlight, 0, 'a turn begins when the one before it is over');
  await new Promise(setImmediate);
  t.equal(work.inFlight, 1);
  for (const seq of [5, 3, 4]) take(seq);
  drain.abort();
  held.resolve();
  await host.giveBack();
  await turn;
  t.equal(
    segments.filter(({ causes, index }) => causes.length > 0 && index === 0).length,
    1,
    'what was begun',
  );
  t.same(said, ['ack']);
  t.same(order, [3, 4, 5]);
  t.same(outcomes, []);
  t.equal(work.inFlight, 0);
});

void t.test('RoomHost finishes what another process had half said, once', async (t) => {
  const said = saidBefore('u:half', [chat()], ['第一句话在这里。', '第二句话在这里。', '第三句话在这里。']);
  const { host, segments } = openDesk();
  for (const segment of said.slice(0, 2)) host.observe(segment);
  t.same(segments, [], 'nothing while it is a spare');
  await host.begin();
  await host.begin();
  t.same(segments, said.slice(2));
});

void t.test('RoomHost does not speak over what another process has released', async (t) => {
  const { host, segments } = openDesk();
  for (const segment of saidBefore('u:long', [chat()], ['这是很长的一句话'.repeat(10)]))
    host.observe(segment);
  await host.turn();
  t.same(segments, []);
});

void t.test('RoomHost finishes as it was begun what it had not seen of another process', async (t) => {
  const [known, later] = [chat(), chat()];
  const there = saidBefore(utteranceId(known.id), [known]);
  const { host, segments } = openDesk({ there: there.slice(0, 1) });
  const [first, second] = [delivery(1), delivery(2)];
  host.take(known, first.message);
  host.take(later, second.message);
  await host.turn();
  t.same(segments[0], there[1], 'its rest, not a text of our own');
  t.same([first.said, second.said], [['ack'], []], 'the second waits until the first is nearly heard');
});

void t.test('RoomHost writes down why it does not look at an event', async (t) => {
  const { host, outcomes } = openDesk();
  const { message, said } = delivery();
  const asked = chat();
  host.refuse(asked, message, { what: 'failed', reason: 'poison' });
  await host.finish();
  t.match(outcomes, [{ what: 'failed', reason: 'poison', eventId: asked.id }]);
  t.same(said, ['ack']);
});

void t.test('RoomHost answers what waits already, however often it is handed out meanwhile', async (t) => {
  const { host, outcomes, segments } = openDesk();
  const [first, again] = [delivery(), delivery()];
  const asked = chat();
  host.take(asked, first.message);
  host.refuse(asked, again.message, { what: 'failed', reason: 'poison' });
  await host.turn();
  const answers = segments.filter(({ causes }) => causes.some(({ eventId }) => eventId === asked.id));
  t.equal(new Set(answers.map(({ utteranceId: id }) => id)).size, 1);
  t.same(outcomes, [], 'its outcome is for whoever hears it');
  t.same(again.said, ['ack']);
});

void t.test('RoomHost promises an answer before any of it is on the bus, and no script', async (t) => {
  const { host, segments, promises } = openDesk();
  const asked = chat();
  host.take(asked, delivery().message);
  await host.turn();
  t.same(promises, [[utteranceId(asked.id), 0]]);
  t.ok(segments.some(({ priority }) => priority === 'normal'));
});

void t.test(
  'RoomHost of a room that was stopped answers what was paid for, and says nothing else',
  async (t) => {
    let isWanted = true;
    const { host, segments, outcomes } = openDesk({ isWanted: () => isWanted });
    const [asked, paid] = [chat(), gift()];
    isWanted = false;
    host.take(asked, delivery().message);
    host.take(paid, delivery(2).message);
    await host.turn();
    await host.turn();
    t.same(
      segments.flatMap(({ causes }) => causes.map(({ eventId }) => eventId)),
      [paid.id],
    );
    t.ok(segments.every(({ priority }) => priority === 'urgent'));
    t.match(outcomes, [{ eventId: asked.id, what: 'skipped', reason: 'the room is stopped' }]);
    const before = segments.length;
    isWanted = true;
    await host.turn();
    t.ok(
      segments.slice(before).every(({ priority }) => priority === 'idle'),
      'idle talk goes on',
    );
  },
);
const order = { action: 'status' as const, forMs: 0, all: false, text: '', viewer: '', by: 'Ann' };
const answers = (segments: Segment[]) => segments.filter(({ priority }) => priority !== 'idle');
const idle = (segments: Segment[]) => segments.filter(({ priority }) => priority === 'idle');
/** By whom, and since when it may be answered. */
const by = (who: object, text = '多少钱') => {
  const asked = event({ kind: 'chat', text, luckyBag: false });
  return { ...asked, receivedAt: Date.now(), viewer: asked.viewer && { ...asked.viewer, ...who } };
};

/** An answerer that a test holds up. */
function slowly(work: (signal: AbortSignal) => Promise<Answer | undefined>): Answerer {
  return {
    name: 'slow',
    answer: async (topic, _, signal) => (topic.kind === 'chat' ? await work(signal) : undefined),
  };
}

void t.test('RoomHost says other things while an answer is slow, and promises the slow one', async (t) => {
  const held = Promise.withResolvers<Answer>();
  const { host, segments, promises } = openDesk({
    reply: { rules: [] },
    answerers: [slowly(async () => await held.promise)],
  });
  const slow = chat();
  host.take(slow, delivery().message);
  await host.turn();
  t.same(promises, [[utteranceId(slow.id), 0]]);
  t.ok(idle(segments).length > 0, 'the script');
  const paid = gift();
  host.take(paid, delivery(2).message);
  await host.turn();
  t.match(answers(segments), [{ priority: 'urgent', causes: [{ eventId: paid.id }] }]);
  held.resolve({ text: '九块九。', from: 'model', author: 'model' });
  await host.finish();
  t.match(answers(segments).at(-1), { text: '九块九。', causes: [{ eventId: slow.id }] });
});

void t.test(
  'RoomHost says an answer in pieces, each as soon as it is there, and ends it properly',
  async (t) => {
    const [second, third] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    async function* pieces() {
      yield '毛衣今天九块九，';
      await second.promise;
      yield '现在就拍。';
      await third.promise;
      throw new Error('the rest never came');
    }
    const answer: Answer = { text: pieces(), from: 'model', author: 'model' };
    const { host, segments, outcomes } = openDesk({
      reply: { rules: [] },
      answerers: [slowly(async () => await Promise.resolve(answer))],
    });
    const asked = delivery();
    host.take(chat(), asked.message);
    await host.turn();
    const heard = () => answers(segments).map(({ index, text, last }) => ({ index, text, last }));
    t.same(heard(), [{ index: 0, text: '毛衣今天九块九，', last: false }]);
    second.resolve();
    third.resolve();
    await host.finish();
    t.same(heard().slice(1), [
      { index: 1, text: '现在就拍。', last: false },
      { index: 2, text: '', last: true },
    ]);
    t.same(asked.said, ['ack']);
    t.same(outcomes, []);
  },
);

void t.test(
  'RoomHost falls back to a template when an answer fails, is empty or must not be said',
  async (t) => {
    const words: WordFilter = {
      check: (text) => (text.includes('坏') ? { kind: 'blocked', text: '' } : { kind: 'clean', text }),
    };
    async function* nothing() {}
    async function* broken(): AsyncGenerator<string> {
      yield await Promise.reject(new Error('gone'));
    }
    const given: (Answer['text'] | Error)[] = [new Error('away'), '坏话', nothing(), broken()];
    for (const text of given) {
      const work = async () => {
        if (text instanceof Error) throw text;
        return await Promise.resolve({ text, from: 'model', author: 'model' } as const);
      };
      const { host, segments } = openDesk({ reply: { rules: [] }, answerers: [slowly(work)], words });
      host.take(chat(), delivery().message);
      await host.turn();
      await host.finish();
      t.match(answers(segments)[0], { text: /留言/ });
    }
    const { host, outcomes } = openDesk({ words });
    const asked = event({ kind: 'chat', text: '坏话', luckyBag: false });
    host.take(asked, delivery().message);
    await host.finish();
    t.match(
      outcomes,
      [{ what: 'blocked', eventId: asked.id }],
      'what a viewer must not say is not answered at all',
    );
  },
);

void t.test('RoomHost that hands over leaves to its successor what nobody has heard of', async (t) => {
  const { host, segments, outcomes, work } = openDesk({
    reply: { rules: [] },
    answerers: [
      slowly(
        async (signal) =>
          await new Promise((_, reject) =>
            signal.addEventListener('abort', () => reject(signal.reason as Error)),
          ),
      ),
    ],
  });
  const asked = delivery();
  host.take(chat(), asked.message);
  await host.turn();
  await host.giveBack();
  t.same(asked.said, ['nak']);
  t.same(answers(segments), []);
  t.same(outcomes, []);
  t.equal(work.inFlight, 0);
});

void t.test(
  'RoomHost answers nobody while the streamer writes, goes on with the script, and resumes',
  async (t) => {
    const { host, segments, outcomes } = openDesk();
    const streamer = by({ isAnchor: true });
    host.take(streamer, delivery().message);
    const asked = chat();
    host.take(asked, delivery(2).message);
    await host.turn();
    t.match(outcomes, [{ what: 'skipped', eventId: streamer.id, reason: 'written by the streamer' }]);
    t.same(answers(segments), []);
    t.ok(idle(segments).length > 0);
    t.match(await host.command(order), {
      done: true,
      text: /^replies paused by the streamer for \d+ s more;.* 1 event waits/,
    });
    t.match(await host.command({ ...order, action: 'resume' }), { text: 'resumed' });
    await host.turn();
    t.match(answers(segments)[0], { causes: [{ eventId: asked.id }] });
  },
);

void t.test(
  'RoomHost says nothing at all in a pause of everything, but what a person wants said',
  async (t) => {
    const { host, segments } = openDesk();
    await host.command({ ...order, action: 'pause', all: true });
    host.take(gift(), delivery().message);
    await host.turn();
    t.same(segments, []);
    t.match(await host.command({ ...order, action: 'say', text: '马上回来。' }), { done: true });
    t.match(segments, [{ priority: 'urgent', text: '马上回来。', causes: [], last: true }]);
  },
);

void t.test('RoomHost skips what a muted viewer does, also what waits already', async (t) => {
  const { host, outcomes } = openDesk();
  const [before, after] = [by({ id: '66' }), by({ id: '66' }, '包邮吗')];
  host.take(before, delivery().message);
  await host.command({ ...order, action: 'mute', viewer: '66', forMs: 60_000 });
  host.take(after, delivery(2).message);
  await host.turn();
  t.match(outcomes, [
    { what: 'skipped', reason: 'muted', eventId: before.id },
    { what: 'skipped', reason: 'muted', eventId: after.id },
  ]);
});

void t.test('RoomHost keeps whom it greets before it greets, and begins with what was kept', async (t) => {
  const enter = () => {
    const entered = event({ kind: 'enter', viewers: 1 });
    return { ...entered, viewer: entered.viewer && { ...entered.viewer, id: '77' } };
  };
  const first = openDesk();
  first.host.take(enter(), delivery().message);
  await first.host.turn();
  t.equal(answers(first.segments).length, 1);
  t.equal(first.memory.kept, 1);
  await first.host.command({ ...order, action: 'pause' });
  const { views } = first.memory;
  if (!views) throw new Error('nothing is kept');
  const second = openDesk({ kept: { show: views.show(), viewers: views.viewers() } });
  await second.host.begin();
  const again = enter();
  second.host.take(again, delivery().message);
  await second.host.turn();
  t.match(second.outcomes, [{ eventId: again.id, what: 'skipped', reason: 'greeted already' }]);
  t.match(await second.host.command(order), { text: /replies paused by Ann/ });
  const mark = (segments: Segment[]) => idle(segments).map(({ idleScript }) => idleScript);
  t.same(mark(first.segments)[0], 'disclosure');
  t.not(mark(second.segments)[0], 'disclosure');
});

void t.test('RoomHost says what it is at once when answers leave no room for it', async (t) => {
  const real = Date.now;
  let laterMs = 0;
  t.intercept(Date, 'now', { value: () => real() + laterMs });
  const { host, segments } = openDesk();
  const long = saidBefore('u:long', [chat()], ['很长的一句话'.repeat(200)]);
  for (const segment of long) host.observe({ ...segment, createdAt: Date.now() });
  await host.turn();
  t.same(segments, []);
  laterMs = 30_000;
  await host.turn();
  t.match(segments[0], { priority: 'urgent', idleScript: 'disclosure' });
});
