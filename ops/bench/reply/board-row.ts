import { configSchema, demoConfig } from '../../../protocol/config.ts';
import type { EventBody, LiveEvent } from '../../../protocol/event.ts';
import { Board } from '../../../workers/reply/board.ts';
import { SeededRandom } from '../../sim/douyin-room/scenario/seeded-random.ts';
import type { BenchOptions } from '../report.ts';
import { quantile } from '../report.ts';
import type { Measured } from '../measure-rows.ts';
import { chatOf } from './stage.ts';

const seed = 20_261;
const perSecond = 500;
/** One answer is heard in so long. */
const answerEveryMs = 1_500;
const chats: readonly [string, ...string[]] = [
  '多少钱',
  '什么时候发货',
  '有货吗',
  '主播好',
  '来了来了',
  '能便宜点吗',
  '这个怎么样',
  '160穿什么码',
];

/** 500 events a second against one board, on a clock of its own: what it costs, what it keeps, and whether all are accounted for. */
export async function measureBoard({ isQuick }: BenchOptions): Promise<Measured> {
  const seconds = isQuick ? 5 : 30;
  const { reply } = configSchema.parse(demoConfig);
  const board = new Board({ ...reply, ...reply.board });
  const random = new SeededRandom(seed);
  const before = process.memoryUsage().heapUsed;
  const times: number[] = [];
  let [letGo, answered, most] = [0, 0, 0];
  let nextAnswerAt = 0;
  for (let number = 0; number < seconds * perSecond; number++) {
    const now = (number * 1_000) / perSecond;
    const event = drawEvent(random, number, now);
    const begun = performance.now();
    letGo += board.add(event, now).length + board.expire(now).length;
    if (now >= nextAnswerAt) {
      const topic = board.take(now, () => true);
      answered += topic?.events.length ?? 0;
      if (topic) nextAnswerAt = now + answerEveryMs;
    }
    times.push(performance.now() - begun);
    most = Math.max(most, board.size);
  }
  const heapMb = (process.memoryUsage().heapUsed - before) / 2 ** 20;
  const all = seconds * perSecond;
  const missing = all - letGo - answered - board.size;
  const cost = times.reduce((sum, time) => sum + time, 0) / seconds;
  return await Promise.resolve({
    figures: [
      { what: `an event, p99 of ${all}`, value: quantile(times, 0.99), unit: 'ms' },
      { what: `a second's ${perSecond} events`, value: cost, unit: 'ms', goal: 1_000 },
      { what: 'most that waited', value: most, unit: 'events' },
      { what: 'events that nobody accounts for', value: Math.abs(missing), unit: 'events', goal: 0 },
    ],
    notes: [
      `${all} events: ${answered} answered, ${letGo} let go with a reason, ${board.size} wait; heap ${heapMb.toFixed(1)} MB more`,
    ],
    broken: missing === 0 ? [] : [`${missing} events of the board are not accounted for`],
  });
}

function drawEvent(random: SeededRandom, number: number, now: number): LiveEvent {
  const base = chatOf(random.pick(chats), number);
  const times = { at: now, receivedAt: now, expiresAt: now + 60_000 };
  const { id, room, platform, viewer } = base;
  const dice = random.next();
  let body: EventBody = { kind: 'chat', text: `${random.pick(chats)}${random.pick(chats)}`, luckyBag: false };
  if (dice < 0.3) body = { kind: 'like', count: 10, total: 10 };
  else if (dice < 0.5) body = { kind: 'enter', viewers: 1_000 };
  else if (dice < 0.55) body = { kind: 'follow', followers: 1 };
  else if (dice < 0.6) {
    const gift = { giftId: '1', name: '玫瑰', count: 1, total: 1, diamonds: 1, streak: '', streakEnd: true };
    body = { kind: 'gift', ...gift };
  }
  return { id, room, platform, viewer, ...times, ...body };
}
