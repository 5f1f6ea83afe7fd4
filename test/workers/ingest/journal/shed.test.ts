import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import t from 'tap';
import type { Test } from 'tap';
import type { LiveEvent } from '../../../../protocol/event.ts';
import type { JournalOptions } from '../../../../workers/ingest/journal/journal-options.ts';
import { Journal } from '../../../../workers/ingest/journal/journal.ts';
import { shedIds } from '../../../../workers/ingest/journal/record.ts';
import { enterEvent, likeEvent, liveEvent, paidEvent } from '../../../support/events.ts';

async function open(folder: string, limits: Partial<JournalOptions> = {}) {
  const found: string[] = [];
  const foundShed: string[] = [];
  const seen = { shed: 0, bytes: 0, damage: 0 };
  const journal = await Journal.open({
    folder,
    onFound: ({ id }) => found.push(id),
    onFoundShed: (shed) => foundShed.push(...[...shedIds(shed)].map(({ id }) => id)),
    onShed: (events) => (seen.shed += events),
    onDamage: () => (seen.damage += 1),
    onBytes: (change) => (seen.bytes += change),
    ...limits,
  });
  return { journal, found, foundShed, seen };
}

const folderOf = (t: Test): string => join(t.testdir({}), 'journal', 'demo');
const idsOf = (of: LiveEvent[]): string[] => of.map(({ id }) => id);
const chatEvent = (): LiveEvent => liveEvent({});
const many = (count: number, make: () => LiveEvent): LiveEvent[] => Array.from({ length: count }, make);

/** Everything that it hands out, events and what was shed. */
async function empty(journal: Journal): Promise<{ events: string[]; shed: string[] }> {
  const events: string[] = [];
  const shed: string[] = [];
  while (journal.hasMore)
    for (const entry of await journal.next(100)) {
      events.push(entry.event.id);
      journal.flushed(entry);
    }
  for (let entry = await journal.nextShed(); entry; entry = await journal.nextShed()) {
    shed.push(...[...shedIds(entry.shed)].map(({ id }) => id));
    journal.shedTold(entry);
  }
  return { events, shed };
}

void t.test(
  'append() sheds likes and enters first, then the other unpaid ones, the oldest of them',
  async (t) => {
    const { journal, seen } = await open(folderOf(t), { maxEvents: 16 });
    const [likes, chats, gifts] = [many(6, likeEvent), many(5, chatEvent), many(5, paidEvent)];
    const enter = enterEvent();
    const old = [...likes, ...chats, ...gifts];
    await journal.append(old);
    await journal.append([enter]);
    t.equal(seen.shed, 3, 'one too many, and an eighth beyond');
    const first = await empty(journal);
    t.same(first.shed, idsOf(likes.slice(0, 3)));
    t.same(first.events, idsOf([...likes.slice(3), ...chats, ...gifts, enter]));

    await journal.append(old);
    const late = many(8, paidEvent);
    await journal.append(late);
    const second = await empty(journal);
    t.same(second.shed.toSorted(), idsOf([...likes, ...chats.slice(0, 4)]).toSorted());
    t.same(second.events, idsOf([...chats.slice(4), ...gifts, ...late]), 'the rest is in order');
    t.equal(seen.shed, 13);
    t.equal(journal.isEmpty, true);
    await journal[Symbol.asyncDispose]();
    t.equal(seen.bytes, 0);
  },
);

void t.test(
  'append() sheds new likes rather than chats that wait, and refuses when all is paid for',
  async (t) => {
    const { journal } = await open(folderOf(t), { maxEvents: 10 });
    const [chats, likes] = [many(10, chatEvent), many(3, likeEvent)];
    await journal.append(chats);
    await journal.append(likes);
    const first = await empty(journal);
    t.same(first, { events: idsOf(chats), shed: idsOf(likes) });
    await journal.append(many(10, paidEvent));
    await t.rejects(journal.append([paidEvent()]), { code: 'journal-full' });
    const chat = chatEvent();
    await journal.append([chat]);
    const second = await empty(journal);
    t.same([second.events.length, second.shed], [10, [chat.id]]);
    await journal[Symbol.asyncDispose]();
  },
);

void t.test('bytes bound it too, and thousands of shed events take little', async (t) => {
  const folder = folderOf(t);
  const maxBytes = 400_000;
  const { journal, seen } = await open(folder, { maxBytes });
  const gifts: LiveEvent[] = [];
  const all: LiveEvent[] = [];
  for (let batch = 0; batch < 200; batch++) {
    const gift = paidEvent();
    gifts.push(gift);
    const next = [...many(30, likeEvent), gift, ...many(10, chatEvent)];
    all.push(...next);
    await journal.append(next);
    if (journal.bytes > maxBytes + 20_000) throw new Error(`${journal.bytes} bytes`);
  }
  t.ok(seen.shed > 5_000, `${seen.shed} of ${all.length} were shed`);
  await journal[Symbol.asyncDispose]();

  const next = await open(folder, { maxBytes });
  t.equal(next.foundShed.length, seen.shed, 'a successor knows of all of them');
  const { events, shed } = await empty(next.journal);
  t.same([...events, ...shed].toSorted(), idsOf(all).toSorted(), 'each is accounted for, once');
  t.same(
    events,
    idsOf(all).filter((id) => events.includes(id)),
    'in order',
  );
  const kept = new Set(events);
  t.ok(gifts.every(({ id }) => kept.has(id)));
  await next.journal[Symbol.asyncDispose]();
  t.same(readdirSync(folder), []);
});

void t.test('what was handed out is not shed, and keeps its place in the file', async (t) => {
  const folder = folderOf(t);
  const { journal } = await open(folder, { maxEvents: 20 });
  const likes = many(20, likeEvent);
  await journal.append(likes);
  const handedOut = await journal.next(5);
  const gifts = many(6, paidEvent);
  await journal.append(gifts);
  for (const entry of handedOut) journal.flushed(entry);
  t.same(idsOf(handedOut.map(({ event }) => event)), idsOf(likes.slice(0, 5)));
  const { events, shed } = await empty(journal);
  t.same([...shed, ...events].toSorted(), idsOf([...likes.slice(5), ...gifts]).toSorted());
  await journal[Symbol.asyncDispose]();
  t.same(readdirSync(folder), []);
});

void t.test('shed events that were not told of survive, though later events are flushed', async (t) => {
  const folder = folderOf(t);
  const first = await open(folder, { maxEvents: 4 });
  const [like, chat] = [likeEvent(), chatEvent()];
  await first.journal.append(many(4, chatEvent));
  await first.journal.append([like]);
  await first.journal.next(100);
  const entry = await first.journal.nextShed();
  t.same([...(entry ? shedIds(entry.shed) : [])], [{ id: like.id, kind: 'like' }]);
  // Not told: the process ends.
  await first.journal[Symbol.asyncDispose]();
  const second = await open(folder);
  await second.journal.append([chat]);
  const { shed } = await empty(second.journal);
  t.same(shed, [like.id]);
  await second.journal[Symbol.asyncDispose]();
  const third = await open(folder);
  t.same([third.found, third.foundShed], [[], []]);
  await third.journal[Symbol.asyncDispose]();
});

void t.test(
  'a process that is killed while it sheds loses nothing and accounts for everything once',
  async (t) => {
    for (let round = 0; round < 5; round++) {
      const folder = join(t.testdir({}), `round-${round}`);
      const program = resolve(import.meta.dirname, 'sheds-for-ever.ts');
      const child = spawn(process.execPath, [program, folder], { stdio: ['ignore', 'pipe', 'inherit'] });
      t.teardown(() => child.kill('SIGKILL'));
      const kept: string[] = [];
      for await (const line of createInterface(child.stdout)) {
        const said = JSON.parse(line) as { kept: string[]; shed: number };
        kept.push(...said.kept);
        if (said.shed > 100 && kept.length > 600 + round * 137) break;
      }
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
      writeFileSync(join(folder, '1700000000000-1-1.ndjson.new'), 'half a file');
      const { journal, seen } = await open(folder, { maxEvents: 100_000 });
      const { events, shed } = await empty(journal);
      t.equal(new Set([...events, ...shed]).size, events.length + shed.length, 'nothing twice');
      const accounted = new Set([...events, ...shed]);
      t.same(
        kept.filter((id) => !accounted.has(id)),
        [],
        'what it said it had kept is there, or was shed',
      );
      t.same(
        shed.filter((id) => id.includes('gift')),
        [],
      );
      t.ok(seen.damage <= 1, 'half a line at most');
      await journal[Symbol.asyncDispose]();
      t.same(readdirSync(folder), []);
    }
  },
);

void t.test('a disk that is full costs unpaid events first, then nothing is kept', async (t) => {
  const program = resolve(import.meta.dirname, 'full-disk.ts');
  const disk = t.testdir({});
  let output = '';
  try {
    output = execFileSync(
      'unshare',
      ['--user', '--map-root-user', '--mount', process.execPath, program, disk],
      {
        encoding: 'utf8',
        timeout: 120_000,
      },
    );
  } catch (error) {
    // Not every machine lets a test mount a disk of its own.
    const { stderr } = error as { stderr?: string };
    if (/unshare|mount/.test(stderr ?? String(error))) return t.comment(`no disk of its own: ${stderr}`);
    throw error;
  }
  const seen = JSON.parse(output) as Record<string, unknown>;
  t.match(seen, { paidLost: 0, unaccounted: 0, twice: 0 });
  t.ok(Number(seen['shed']) > 0);
  t.ok(Number(seen['refused']) > 0, 'when only paid ones are left, the room has to wait');
});
