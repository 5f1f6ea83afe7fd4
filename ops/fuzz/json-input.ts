import type { SourceType } from '../../protocol/sources.ts';
import { encodeBarrageGrab } from '../sim/barrage-grab/server.ts';
import type { RoomItemInput } from '../sim/douyin-room/scenario/item.ts';
import { readItem } from '../sim/douyin-room/scenario/item.ts';
import type { SeededRandom } from '../sim/douyin-room/scenario/seeded-random.ts';
import type { FeedName } from '../sim/json-feeds/dialects.ts';
import { encoders } from '../sim/json-feeds/dialects.ts';
import type { FuzzInput } from './mutate.ts';
import { mutate } from './mutate.ts';

type JsonSource = FeedName | 'barrage-grab';

/** How the messages of a source look when nothing is wrong with them. */
interface Corpus {
  /** One that is read under this id. */
  sibling: (id: string) => object;
  messages: readonly object[];
  /** How several of them come at once; undefined: each comes alone. */
  together?: (messages: unknown[]) => unknown;
  /** Its messages have JSON in a string, in this field. */
  inner?: string;
}

const wideRun = /"(\d{17,20})"/g;
const utf8 = (text: string): Buffer => Buffer.from(text);

export const isJsonSource = (source: SourceType): source is JsonSource =>
  source === 'barrage-grab' || source in encoders;

/** Draws inputs for a source of JSON: messages with a wrong value in any place, between or before whole ones; hurt text; and anything. */
export function jsonDrawer(source: JsonSource): (random: SeededRandom) => FuzzInput {
  const corpus = corpusOf(source);
  return (random) => {
    const die = random.whole(0, 99);
    if (die < 60) return withSiblings(corpus, random);
    if (die < 85) {
      const data = mutate(textOf(random.pick(corpus.messages as [object, ...object[]]), random), random);
      return { how: 'hurt text', data, ...before(corpus, random) };
    }
    return { ...drawText(random), ...before(corpus, random) };
  };
}

/** Anything that is JSON, with the words that the sources look for, or nearly. */
export function drawText(random: SeededRandom): FuzzInput {
  const text = JSON.stringify(drawValue(random, 0));
  const data = random.chance(0.5) ? utf8(text) : mutate(utf8(text), random);
  if (random.chance(0.02))
    return { how: 'deep', data: utf8('['.repeat(random.whole(1, 50_000))), mustFind: [] };
  return { how: 'json', data, mustFind: [] };
}

function withSiblings(corpus: Corpus, random: SeededRandom): FuzzInput {
  const { messages, together, sibling } = corpus;
  const hurt = () => hurtMessage(random.pick(messages as [object, ...object[]]), corpus, random);
  if (!together) return { how: 'hurt', data: textOf(hurt(), random), ...before(corpus, random) };
  const mustFind: string[] = [];
  const all: unknown[] = [];
  for (let left = random.whole(1, 3); left > 0; left--) {
    const id = drawId(random, left);
    mustFind.push(id);
    all.push(...(random.chance(0.7) ? [hurt(), sibling(id)] : [sibling(id), hurt()]));
  }
  return { how: 'siblings', data: textOf(together(all), random), mustFind };
}

/** The message that comes next, which has to be read whatever came before it. */
function before(corpus: Corpus, random: SeededRandom): Pick<FuzzInput, 'next' | 'mustFind'> {
  const id = drawId(random, 0);
  return { next: textOf(corpus.sibling(id), random), mustFind: [id] };
}

/** Ids are strings, or numbers that no double can hold. */
function textOf(message: unknown, random: SeededRandom): Buffer {
  const text = JSON.stringify(message);
  return utf8(random.chance(0.5) ? text.replaceAll(wideRun, '$1') : text);
}

const drawId = (random: SeededRandom, index: number): string =>
  `900719925474099${random.whole(10, 99)}${index}`;

function hurtMessage(message: object, { inner }: Corpus, random: SeededRandom): unknown {
  if (inner === undefined || random.chance(0.2)) return hurtValue(message, random);
  const fields = message as Record<string, string>;
  const data = JSON.stringify(hurtValue(JSON.parse(fields[inner] ?? ''), random));
  return { ...fields, [inner]: data };
}

/** A copy in which one value, somewhere, is another one, or gone. */
function hurtValue(value: unknown, random: SeededRandom): unknown {
  if (typeof value !== 'object' || value === null || random.chance(0.1)) return wrongValue(random);
  // An array is copied as one, and its indices are keys too.
  const copy = (Array.isArray(value) ? [...(value as unknown[])] : { ...value }) as Record<string, unknown>;
  const keys = Object.keys(copy);
  const key = keys[random.whole(0, Math.max(0, keys.length - 1))];
  if (key === undefined) return wrongValue(random);
  if (random.chance(0.1)) delete copy[key];
  else copy[key] = hurtValue(copy[key], random);
  return copy;
}

function wrongValue(random: SeededRandom): unknown {
  switch (random.whole(0, 5)) {
    case 0:
      return random.pick(['', '0', '\u0000\ud800', '9'.repeat(40), '-1', '{"', 'NaN']);
    case 1:
      return random.pick([-1, 0.5, 1e300, 2 ** 32, 2 ** 53]);
    case 2:
      return 'x'.repeat(random.whole(1, random.chance(0.02) ? 20_000 : 100));
    case 3: {
      let nested: unknown = 1;
      for (let depth = random.whole(1, random.chance(0.02) ? 500 : 20); depth > 0; depth--)
        nested = random.chance(0.5) ? [nested] : { a: nested };
      return nested;
    }
    default:
      return drawValue(random, 3);
  }
}

function corpusOf(source: JsonSource): Corpus {
  const encode = source === 'barrage-grab' ? barrageOf : encoders[source];
  const messages = items.flatMap((item, index) => encode(readItem(item), `726051744246666220${index}`) ?? []);
  const sibling = (id: string) => encode(readItem({ kind: 'chat', text: '邻居' }), id) ?? {};
  switch (source) {
    case 'barrage-grab':
      return { messages, sibling, inner: 'Data' };
    case 'douyin-live':
      return { messages, sibling };
    case 'dycast':
    case 'oba':
      return { messages, sibling, together: (all) => all };
    case 'generic':
      return { messages, sibling, together: (all) => ({ events: all }) };
  }
}

function barrageOf(...[item, id]: Parameters<typeof encodeBarrageGrab>): object | undefined {
  const text = encodeBarrageGrab(item, id);
  return text === undefined ? undefined : (JSON.parse(text) as object);
}

const items: RoomItemInput[] = [
  { kind: 'chat', text: '多少钱' },
  { kind: 'emoji' },
  { kind: 'gift', groupId: '1695185331', repeatCount: 3 },
  { kind: 'like' },
  { kind: 'enter' },
  { kind: 'follow' },
  { kind: 'share' },
  { kind: 'fansclub' },
  { kind: 'audience' },
  { kind: 'ecom' },
  { kind: 'control', action: 1 },
  { kind: 'control', action: 3 },
];

const words = [
  'type',
  'Type',
  'Data',
  'data',
  'cmd',
  'DANMU_MSG',
  'info',
  'User',
  'user',
  'Id',
  'msgId',
  'Content',
  'content',
  'method',
  'WebcastChatMessage',
  'gift',
  'payload',
  'common',
] as const;

function drawValue(random: SeededRandom, depth: number): unknown {
  const word = () => words[random.whole(0, words.length - 1)] ?? 'type';
  switch (random.whole(0, depth > 5 ? 4 : 7)) {
    case 0:
      return word();
    case 1:
      return random.whole(0, 6);
    case 2:
      return random.chance(0.5) ? 2 ** 53 : -1e308;
    case 3:
      return random.chance(0.5) ? null : random.chance(0.5);
    case 4:
      return JSON.stringify({ [word()]: random.whole(0, 9) });
    case 5:
      return Array.from({ length: random.whole(0, 4) }, () => drawValue(random, depth + 1));
    default:
      return Object.fromEntries(
        Array.from({ length: random.whole(1, 6) }, () => [word(), drawValue(random, depth + 1)]),
      );
  }
}
