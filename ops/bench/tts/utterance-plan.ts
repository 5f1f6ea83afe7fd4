import { utteranceId } from '../../../protocol/ids.ts';
import type { Priority, Segment } from '../../../protocol/speech.ts';
import { segmentsOf } from '../../../workers/reply/utterance.ts';
import { SeededRandom } from '../../sim/douyin-room/scenario/seeded-random.ts';
import { chatOf } from '../reply/stage.ts';
import { shopSentences } from './shop-sentences.ts';

/** Something to be said, as who replies would have it said. */
export interface PlannedUtterance {
  id: string;
  priority: Priority;
  sentences: string[];
}

const textCount = 400;
/** Shorter ones would be joined to their neighbours. */
const leastCharacters = 6;
const mostSentences = 4;
/** Nothing is to expire, however late it is heard. */
const ttlMs = 900_000;

/** Utterances of one to four sentences, so many sentences in all. */
export function planUtterances({ segments, seed }: { segments: number; seed: number }): PlannedUtterance[] {
  const texts = shopSentences({ seed, count: textCount, tongue: 'zh' }).filter(
    ({ length }) => length >= leastCharacters,
  );
  const random = new SeededRandom(seed);
  const planned: PlannedUtterance[] = [];
  for (let left = segments; left > 0;) {
    const count = Math.min(left, random.whole(1, mostSentences));
    const sentences = Array.from({ length: count }, () => texts[random.whole(0, texts.length - 1)] ?? '');
    const priority = random.pick(['urgent', 'normal', 'normal', 'idle'] as const);
    planned.push({ id: utteranceId(`bench-${planned.length}`), priority, sentences });
    left -= count;
  }
  return planned;
}

/** Its segments, to be published now. */
export function segmentsFor(
  { id, priority, sentences }: PlannedUtterance,
  { room, number }: { room: string; number: number },
): Segment[] {
  const now = Date.now();
  const isIdle = priority === 'idle';
  const events = isIdle ? [] : [chatOf(sentences[0] ?? '', number)];
  const idleScript = isIdle ? 'bench' : '';
  return segmentsOf({
    id,
    room,
    priority,
    voice: '',
    events,
    now,
    expiresAt: now + ttlMs,
    idleScript,
    sentences,
  });
}
