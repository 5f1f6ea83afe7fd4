import t from 'tap';
import type { AudioChunk, Segment } from '../../../protocol/speech.ts';
import { priorities } from '../../../protocol/speech.ts';
import { speechSubject } from '../../../protocol/subjects.ts';
import type { Crew } from '../crew.ts';
import { freeze, openCrew, thaw, until } from '../crew.ts';
import { makeSegment } from './make-segment.ts';

void t.test('tts as a spare takes nothing and says nothing, then speaks what waits', async (t) => {
  const crew = await openCrew(t, 'tts');
  const spare = await crew.spare();
  const segments = await publishSegments(crew, 4);
  for (let beats = 0; beats < 5; beats++) await spare.report('heartbeat');
  t.equal(spare.held.size, 0);
  t.equal(await crew.lastSeq('AUDIO'), 0);
  t.equal(await crew.unacked(), segments.length);
  await crew.promote(spare);
  await until(spare, async () => (await crew.unacked()) === 0);
  t.same(await renditionsOf(crew), ones(segments));
});

void t.test('tts killed with segments in hand leaves each of them to its spare', async (t) => {
  const crew = await openCrew(t, 'tts');
  const [active, spare] = await Promise.all([crew.spare(), crew.spare()]);
  await crew.promote(active);
  const segments = await publishSegments(crew, 30);
  let begun = 0;
  await active.report('treating', ({ acks }) => acks.length > 0 && ++begun === 8);
  const held = await active.kill();
  t.ok(held.length > 0, 'it had some in hand');
  crew.giveBack(held);
  await crew.promote(spare);
  await until(spare, async () => (await crew.unacked()) === 0);
  const renditions = await renditionsOf(crew);
  t.same(Object.keys(renditions).toSorted(), Object.keys(ones(segments)).toSorted(), 'none is lost');
  const twice = Object.values(renditions).filter((count) => count > 1);
  t.ok(twice.length <= held.length, 'twice only what was between its last chunk and its ack');
});

void t.test('tts that hands over under load loses nothing and does nothing twice', async (t) => {
  const crew = await openCrew(t, 'tts');
  const [active, spare] = await Promise.all([crew.spare(), crew.spare()]);
  await crew.promote(active);
  const segments = await publishSegments(crew, 30);
  await until(active, async () => (await crew.lastSeq('AUDIO')) >= 5);
  active.send({ kind: 'drain', deadlineMs: 20_000, handOver: true });
  await active.report('yielded');
  const saidBy = await crew.lastSeq('AUDIO');
  await crew.promote(spare);
  t.same(await active.ended, { code: 0, signal: null });
  await until(spare, async () => (await crew.unacked()) === 0);
  t.same(await renditionsOf(crew), ones(segments));
  const chunks = await crew.all('AUDIO', 'chunk');
  t.ok(chunks.every(({ body }) => body.missingReason === ''));
  t.ok(
    chunks.every(({ origin, seq }) => (origin.epoch === 1) === seq <= saidBy),
    'who has yielded is silent',
  );
});

void t.test('tts that was stopped, replaced and continued puts nothing out', async (t) => {
  const crew = await openCrew(t, 'tts');
  const [active, spare] = await Promise.all([crew.spare(), crew.spare()]);
  await crew.promote(active);
  const segments = await publishSegments(crew, 12);
  await active.report('treating', ({ acks }) => acks.length > 0);
  await freeze(active, spare);
  crew.giveBack(active.held);
  await crew.promote(spare);
  await until(spare, async () => new Set(Object.keys(await renditionsOf(crew))).size === segments.length);
  const before = await crew.lastSeq('AUDIO');
  await thaw(active);
  const later = (await crew.all('AUDIO', 'chunk')).filter(({ seq }) => seq > before);
  t.same(
    later.filter(({ origin }) => origin.epoch === 1),
    [],
  );
});

void t.test('tts answers what ended two workers without treating it', async (t) => {
  const crew = await openCrew(t, 'tts');
  const [poisoned, good] = await publishSegments(crew, 2);
  const worker = await crew.spare({ poison: ['SPEECH 1'] });
  await crew.promote(worker);
  await until(worker, async () => (await crew.unacked()) === 0);
  const reasons = new Map<string, string>();
  for (const { body } of await crew.all('AUDIO', 'chunk')) reasons.set(body.segment.id, body.missingReason);
  t.same(Object.fromEntries(reasons), { [poisoned?.id ?? '']: 'poison', [good?.id ?? '']: '' });
});

async function publishSegments({ bus, signal }: Crew, count: number): Promise<Segment[]> {
  const segments = Array.from({ length: count }, (_, number) =>
    makeSegment({
      utteranceId: `u:${number}`,
      priority: priorities[number % 3] ?? 'normal',
      text: `第${number}位朋友你好，欢迎来到直播间，今天的宝贝都在下方的小黄车里。`,
    }),
  );
  for (const segment of segments) {
    const subject = speechSubject(segment.room, segment.priority);
    await bus.publish(subject, 'segment', segment, { msgId: segment.id, signal });
  }
  return segments;
}

/** How many complete renditions each segment has. */
async function renditionsOf(crew: Crew): Promise<Record<string, number>> {
  const chunks = (await crew.all('AUDIO', 'chunk')).map(({ body }) => body);
  const complete: Record<string, number> = {};
  for (const { segment } of chunks.filter((chunk) => isComplete(chunk, chunks)))
    complete[segment.id] = (complete[segment.id] ?? 0) + 1;
  return complete;
}

/** Whether a chunk is the last of a rendition of which all are there. */
function isComplete({ last, index, rendition }: AudioChunk, chunks: AudioChunk[]): boolean {
  return last && chunks.filter((chunk) => chunk.rendition === rendition).length === index + 1;
}

function ones(segments: Segment[]): Record<string, number> {
  return Object.fromEntries(segments.map(({ id }) => [id, 1]));
}
