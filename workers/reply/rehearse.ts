import { decode, encode } from '../../protocol/codec.ts';
import type { ReplyConfig } from '../../protocol/config.ts';
import type { LiveEvent } from '../../protocol/event.ts';
import { headersOf } from '../message-headers.ts';
import { Board } from './board.ts';
import type { MemoryParts } from './memory.ts';
import { decodeMemory, encodeMemory } from './memory.ts';
import { splitSentences } from '../split-sentences.ts';
import { RoomMind } from './room-mind.ts';
import { segmentsOf } from './utterance.ts';
import type { WordFilter } from './wording.ts';

/**
 * Answers a made-up event up to the bus, so that the first real one waits for nothing to be compiled: the codec is generated, and the
 * patterns of whole scripts are built, when they are first used. What is kept of a room is read before its first event, too.
 */
export async function rehearse(config: ReplyConfig, words: WordFilter): Promise<void> {
  rehearseMemory();
  const room = 'rehearsal';
  const gift = { giftId: '1', name: '玫瑰', count: 1, total: 1, diamonds: 1, streak: '', streakEnd: true };
  const times = { at: 0, receivedAt: 0, expiresAt: 2 };
  const viewer = {
    id: '1',
    nickname: '小明😀',
    level: 1,
    fansLevel: 0,
    isAnchor: false,
    isAdmin: false,
    secUid: '',
  };
  const event: LiveEvent = { ...times, ...gift, kind: 'gift', id: room, room, platform: room, viewer };
  const heard = decode(encode('event', event));
  if (heard.type !== 'event') throw new Error(`An event came back as ${heard.type}`);
  const board = new Board({ ...config, ...config.board });
  board.add(heard.body, 1);
  const topic = board.take(1, () => true);
  if (!topic) throw new Error('A gift is not answered');
  const onFailure = (error: unknown) => {
    throw error;
  };
  const mind = new RoomMind({ room, config, words, onFailure });
  const answer = await mind.templates.answer(
    topic,
    mind.context(topic.events, 1),
    AbortSignal.timeout(10_000),
  );
  mind.nextLine(Date.now());
  mind.read(event, 1, false);
  for (const line of ['加微.信 138 0013 8000 www.example.com', '今天的价格都在小黄车里。'])
    mind.wording.allow(line, 'script');
  const segments = segmentsOf({
    id: room,
    room,
    sentences: splitSentences(
      answer && 'text' in answer && typeof answer.text === 'string' ? answer.text : '谢谢。',
      { quick: true },
    ),
    priority: topic.priority,
    voice: '',
    events: topic.events,
    now: 1,
    expiresAt: 2,
    idleScript: '',
  });
  for (const segment of segments) {
    headersOf('segment', segment);
    decode(encode('segment', segment));
  }
}

/** One of each thing that can be in it: the reading of each is compiled by itself. */
const memory: MemoryParts = {
  show: {
    director: {
      script: 'rehearsal',
      line: 0,
      round: ['rehearsal'],
      said: [['rehearsal', 0]],
      disclosedAt: 0,
      timeToldAt: 0,
      countdowns: ['rehearsal'],
    },
    said: { rehearsal: [0] },
    helm: {
      pause: { until: 0, all: false, by: 'rehearsal' },
      takeover: { until: 0, by: 'rehearsal' },
      mutes: [['rehearsal', 0, 'rehearsal']],
    },
  },
  viewers: {
    greeted: [['rehearsal', 0, 'rehearsal']],
    buckets: [['rehearsal', 0, 0]],
    exchanges: [{ viewer: 'rehearsal', question: '', answer: '', at: 0 }],
  },
};

function rehearseMemory(): void {
  decodeMemory('show', encodeMemory<'show'>(memory.show, 1));
  decodeMemory('viewers', encodeMemory<'viewers'>(memory.viewers, 1));
}
