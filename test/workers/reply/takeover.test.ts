import { EventEmitter, once } from 'node:events';
import { jetstream } from '@nats-io/jetstream';
import { errors } from '@nats-io/transport-node';
import t from 'tap';
import type { Test } from 'tap';
import { decodeAs, encode } from '../../../protocol/codec.ts';
import { configSchema, demoConfig } from '../../../protocol/config.ts';
import type { LiveEvent } from '../../../protocol/event.ts';
import type { AudioAnswer, HelmCommand, Playhead, Segment } from '../../../protocol/speech.ts';
import {
  eventSubject,
  playheadSubject,
  replyCommandSubject,
  speechSubject,
} from '../../../protocol/subjects.ts';
import { segmentsOf } from '../../../workers/reply/utterance.ts';
import { liveEvent } from '../../support/events.ts';
import type { Crew } from '../crew.ts';
import { freeze, openCrew, thaw, until } from '../crew.ts';

void t.test('reply as a spare says nothing, then goes on where the other was killed', async (t) => {
  const crew = await openCrew(t, 'reply');
  const heard = hear(t, crew);
  const [active, spare] = await Promise.all([crew.spare(), crew.spare()]);
  t.equal(await crew.lastSeq('SPEECH'), 0);
  await crew.promote(active);
  await heard.until((segments) => idleScripts(segments).length >= 2);
  t.equal(spare.held.size, 0);
  await active.kill();
  const before = idleScripts(heard.segments).length;
  await crew.promote(spare);
  await heard.until((segments) => idleScripts(segments).length >= before + 4);
  const spoken = idleScripts(heard.segments);
  const expected = spoken.map((_, at) => scriptAt(at));
  t.same(spoken, expected, 'the script goes on, and the disclosure is not repeated');
  const ids = heard.segments.map(({ id }) => id);
  t.equal(new Set(ids).size, ids.length);
});

void t.test('reply goes on with its script past what the player has had made to keep', async (t) => {
  const crew = await openCrew(t, 'reply');
  const heard = hear(t, crew);
  const [active, spare] = await Promise.all([crew.spare(), crew.spare()]);
  await crew.promote(active);
  await heard.until((segments) => idleScripts(segments).length >= 2);
  await active.kill();
  const [given] = segmentsOf({
    id: 'keep:0123456789abcdef0123',
    room: 'demo',
    sentences: ['慢慢看，慢慢挑。'],
    priority: 'idle',
    voice: 'cmn',
    events: [],
    now: Date.now(),
    expiresAt: Date.now() + 60_000,
    idleScript: '',
  });
  if (!given) throw new Error('no segment');
  const before = idleScripts(heard.segments).length;
  // Of a lease whose epochs have gone further than those of reply.
  const bytes = encode('segment', { ...given, keep: true }, { lease: 'audio:demo', epoch: 99 });
  await jetstream(crew.bus.connection).publish(speechSubject('demo', 'idle'), bytes);
  await crew.promote(spare);
  await heard.until((segments) => idleScripts(segments.filter(({ keep }) => !keep)).length >= before + 3);
  const spoken = idleScripts(heard.segments.filter(({ keep }) => !keep));
  const expected = spoken.map((_, at) => scriptAt(at));
  t.same(spoken, expected, 'the script goes on');
});

void t.test('reply killed with a full board leaves every event to its spare, answered once', async (t) => {
  const crew = await openCrew(t, 'reply');
  const heard = hear(t, crew);
  const [active, spare] = await Promise.all([crew.spare(), crew.spare()]);
  await crew.promote(active);
  const events = await publishEvents(crew, 30);
  await heard.until((segments) => answersTo(segments).size >= 5);
  const held = await active.kill();
  crew.giveBack(held);
  await crew.promote(spare);
  await heard.until((segments) => answersTo(segments).size >= events.length);
  await until(spare, async () => (await crew.unacked()) === 0);
  t.same(await crew.all('OUTCOME', 'outcome'), []);
  expectOneAnswerEach(t, heard.segments, events);
});

void t.test('reply that hands over under load loses nothing, answers once, and stops nothing', async (t) => {
  const crew = await openCrew(t, 'reply');
  const heard = hear(t, crew);
  const [active, spare] = await Promise.all([crew.spare(), crew.spare()]);
  await crew.promote(active);
  const events = await publishEvents(crew, 30);
  await heard.until((segments) => answersTo(segments).size >= 5);
  active.send({ kind: 'drain', deadlineMs: 20_000, handOver: true });
  await active.report('yielded');
  const saidBy = await crew.lastSeq('SPEECH');
  await crew.promote(spare);
  t.same(await active.ended, { code: 0, signal: null });
  await heard.until((segments) => answersTo(segments).size >= events.length);
  await until(spare, async () => (await crew.unacked()) === 0);
  t.same(await crew.all('OUTCOME', 'outcome'), [], 'no outcome is recorded for what the successor takes');
  expectOneAnswerEach(t, heard.segments, events);
  const spoken = await crew.all('SPEECH', 'segment');
  t.ok(
    spoken.every(({ origin, seq }) => (origin.epoch === 1) === seq <= saidBy),
    'who has yielded is silent',
  );
});

void t.test(
  'reply that is killed again and again greets nobody twice, and forgets no pause and no mute',
  async (t) => {
    const crew = await openCrew(t, 'reply');
    const heard = hear(t, crew);
    const enters: LiveEvent[] = [];
    const viewers = Array.from({ length: 6 }, (_, number) => String(5_000 + number));
    const come = async (ids: string[]) => {
      for (const viewerId of ids) {
        const at = Date.now();
        const body = { kind: 'enter', viewers: 1 } as const;
        const event = liveEvent({ viewerId, at, expiresAt: at + 3_600_000, body });
        enters.push(event);
        const { bus, signal } = crew;
        await bus.publish(eventSubject('demo', 'enter'), 'event', event, { msgId: event.id, signal });
      }
    };
    let host = await crew.spare();
    /** Nobody listens for a moment while one takes over from another. */
    const ask = async (given: Partial<HelmCommand>): Promise<AudioAnswer> => {
      const order = {
        action: 'status',
        forMs: 0,
        all: false,
        text: '',
        viewer: '',
        by: 'Ann',
        ...given,
      } as const;
      const subject = replyCommandSubject('demo');
      for (;;) {
        try {
          const asking = crew.bus.connection.request(subject, encode('helm', order), { timeout: 30_000 });
          return decodeAs('answer', (await asking).data);
        } catch (error) {
          if (!(error instanceof errors.RequestError && error.isNoResponders())) throw error;
          await host.report('heartbeat');
        }
      }
    };
    const greeted = () =>
      enters.filter(({ id }) => answersTo(heard.segments).has(id)).map(({ viewer }) => viewer?.id ?? '');
    await crew.promote(host);
    for (const [round, viewer] of viewers.entries()) {
      // All who were greeted come again, and one who was not; whoever greets that one dies at that very moment.
      await come([...viewers.slice(0, round), viewer]);
      await heard.until(() => greeted().includes(viewer));
      const next = await crew.spare();
      crew.giveBack(await host.kill());
      host = next;
      await crew.promote(host);
    }
    await until(host, async () => (await crew.unacked()) === 0);
    t.same(greeted().toSorted(), viewers, 'each once');
    const skipped = (await crew.all('OUTCOME', 'outcome')).map(({ body }) => body.reason);
    t.same(new Set(skipped), new Set(['greeted already']));

    t.match(await ask({ action: 'mute', viewer: '5000' }), { done: true });
    t.match(await ask({ action: 'pause', forMs: 3_600_000 }), { done: true });
    const spare = await crew.spare();
    await host.kill();
    host = spare;
    await crew.promote(host);
    t.match(await ask({}), { done: true, text: /paused by Ann for 3\d{3} s more; muted: 5000 \(for good\)/ });
    const before = idleScripts(heard.segments).length;
    await heard.until((segments) => idleScripts(segments).length > before + 1);
    t.match(await ask({ action: 'resume' }), { done: true, text: 'resumed' });
  },
);

void t.test('reply finishes what was half said, and answers none of its events again', async (t) => {
  const crew = await openCrew(t, 'reply');
  const spare = await crew.spare();
  const events = await publishEvents(crew, 3);
  const said = segmentsOf({
    id: 'u:half',
    room: 'demo',
    sentences: ['第一句话在这里。', '第二句话在这里。', '第三句话在这里。'],
    priority: 'normal',
    voice: 'cmn',
    events: events.slice(0, 2),
    now: Date.now(),
    expiresAt: Date.now() + 60_000,
    idleScript: '',
  });
  const [first] = said;
  if (!first) throw new Error('there are three');
  const { bus, signal } = crew;
  await bus.publish(speechSubject('demo', 'normal'), 'segment', first, { msgId: first.id, signal });
  for (let beats = 0; beats < 5; beats++) await spare.report('heartbeat');
  t.equal(await crew.lastSeq('SPEECH'), 1, 'nothing before it is started');
  const heard = hear(t, crew);
  await crew.promote(spare);
  await heard.until((segments) => answersTo(segments).size >= 3);
  await until(spare, async () => (await crew.unacked()) === 0);
  const expected = said.map((segment) => ({ ...segment, keep: false }));
  t.same(heard.segments.slice(0, 3), expected, 'its rest comes before anything else');
  expectOneAnswerEach(t, heard.segments, events);
});

void t.test('reply does not speak over what is still to be heard', async (t) => {
  const crew = await openCrew(t, 'reply');
  const [active, spare] = await Promise.all([crew.spare(), crew.spare()]);
  await crew.promote(active);
  const utterances = async () => new Set((await segmentsBy(crew)).map(({ utteranceId }) => utteranceId)).size;
  // Lines for five seconds, which nobody plays.
  await until(active, async () => (await utterances()) >= 2);
  await active.kill();
  await crew.promote(spare);
  for (let beats = 0; beats < 6; beats++) await spare.report('heartbeat');
  const begins = (await segmentsBy(crew))
    .filter(({ index }) => index === 0)
    .map(({ createdAt }) => createdAt);
  const [first = 0, , third = Infinity] = begins;
  t.ok(third - first > 4_000, 'what was said takes seconds to be heard');
});

void t.test('reply that was stopped, replaced and continued puts nothing out', async (t) => {
  const crew = await openCrew(t, 'reply');
  const heard = hear(t, crew);
  const [active, spare] = await Promise.all([crew.spare(), crew.spare()]);
  await crew.promote(active);
  await publishEvents(crew, 10);
  await heard.until((segments) => answersTo(segments).size >= 2);
  await freeze(active, spare);
  crew.giveBack(active.held);
  await crew.promote(spare);
  await heard.until((segments) => answersTo(segments).size >= 10);
  const before = await crew.lastSeq('SPEECH');
  await thaw(active);
  const later = (await crew.all('SPEECH', 'segment')).filter(({ seq }) => seq > before);
  t.ok(later.length > 0, 'the show went on meanwhile');
  t.ok(later.every(({ origin }) => origin.epoch === 2));
  t.same(await crew.all('OUTCOME', 'outcome'), []);
});

void t.test('reply gives poison its outcome, and answers the rest', async (t) => {
  const crew = await openCrew(t, 'reply');
  const heard = hear(t, crew);
  const [poisoned, good] = await publishEvents(crew, 2);
  const worker = await crew.spare({ poison: ['EVENTS 1'] });
  await crew.promote(worker);
  await until(worker, async () => (await crew.unacked()) === 0);
  await heard.until((segments) => answersTo(segments).size >= 1);
  const outcomes = (await crew.all('OUTCOME', 'outcome')).map(({ body }) => body);
  t.match(outcomes, [{ eventId: poisoned?.id, what: 'failed', reason: 'poison' }]);
  t.equal(outcomes.length, 1);
  t.same([...answersTo(heard.segments).keys()], [good?.id]);
});

/** An audio side that has heard everything as soon as it is said, and says so again and again. */
function hear(t: Test, { bus, signal }: Crew) {
  const segments: Segment[] = [];
  const news = new EventEmitter();
  const stop = new AbortController();
  const reading = (async () => {
    const options = { filter: '>', from: { seq: 1 }, signal: AbortSignal.any([signal, stop.signal]) };
    for await (const { body } of bus.read('SPEECH', 'segment', options)) {
      segments.push(body);
      news.emit('heard');
    }
  })();
  const timer = setInterval(() => {
    const ended = [...new Set(segments.slice(-200).map(({ utteranceId }) => utteranceId))];
    bus.tell(playheadSubject('demo'), 'playhead', { ...silence, at: Date.now(), ended });
  }, 25);
  t.teardown(async () => {
    clearInterval(timer);
    stop.abort();
    await reading;
  });
  return {
    segments,
    until: async (isSo: (segments: Segment[]) => boolean) => {
      while (!isSo(segments)) await once(news, 'heard');
    },
  };
}

const silence: Playhead = {
  room: 'demo',
  at: 0,
  state: 'idle',
  queuedMs: 0,
  utteranceId: '',
  segmentIndex: 0,
  offsetMs: 0,
  resumeSeq: 1,
  ended: [],
  partial: [],
  queued: [],
  output: 'file',
};

async function publishEvents({ bus, signal }: Crew, count: number): Promise<LiveEvent[]> {
  const at = Date.now();
  const events = Array.from({ length: count }, (_, number) =>
    liveEvent({ at, body: { kind: 'chat', text: `第${number}个问题，多少钱`, luckyBag: false } }),
  );
  for (const event of events)
    await bus.publish(eventSubject('demo', 'chat'), 'event', event, { msgId: event.id, signal });
  return events;
}

async function segmentsBy(crew: Crew): Promise<Segment[]> {
  return (await crew.all('SPEECH', 'segment')).map(({ body }) => body);
}

/** The utterances that answer each event. */
function answersTo(segments: Segment[]): Map<string, Set<string>> {
  const answers = new Map<string, Set<string>>();
  for (const { utteranceId, causes } of segments)
    for (const { eventId } of causes)
      answers.set(eventId, (answers.get(eventId) ?? new Set()).add(utteranceId));
  return answers;
}

const { idle } = configSchema.parse(demoConfig).reply;
const marks = idle.flatMap(({ id, lines }) => lines.map((_, line) => `${id}/${line}`));

/** What is said as the so many-th in between, from the beginning of the show. */
const scriptAt = (at: number) => (at === 0 ? 'disclosure' : marks[(at - 1) % marks.length]);

/** The scripts of the lines in between, in the order in which they were said. */
function idleScripts(segments: Segment[]): string[] {
  return segments
    .filter(({ priority, index }) => priority === 'idle' && index === 0)
    .map(({ idleScript }) => idleScript);
}

function expectOneAnswerEach(t: Test, segments: Segment[], events: LiveEvent[]): void {
  const answers = answersTo(segments);
  t.same(
    events.map(({ id }) => answers.get(id)?.size),
    events.map(() => 1),
  );
  const byUtterance = Map.groupBy(
    segments.filter(({ priority }) => priority !== 'idle'),
    ({ utteranceId }) => utteranceId,
  );
  for (const [id, own] of byUtterance) {
    const whole = own[0]?.script.map((text, index) => ({ text, index }));
    t.same(
      own.map(({ text, index }) => ({ text, index })),
      whole,
      `${id} is whole`,
    );
  }
}
