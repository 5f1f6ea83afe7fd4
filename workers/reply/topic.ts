import type { AnswerableKind, LiveEvent } from '../../protocol/event.ts';
import { isPaid } from '../../protocol/event.ts';
import type { OutcomeKind, Priority } from '../../protocol/speech.ts';
import type { Question } from './question.ts';

/** Events that one utterance answers. */
export interface Topic {
  key: string;
  kind: AnswerableKind;
  priority: Priority;
  events: LiveEvent[];
  firstAt: number;
  lastAt: number;
  /** It takes no further events, and waits for none. */
  sealed: boolean;
  /** What they are worth, in the platform's currency (a gift's diamonds; ten to a yuan); 0: nobody paid. */
  worth: number;
  /** What is asked, of chats. */
  question?: Question;
}

/** An event that the board let go, and why. */
export interface LetGo {
  event: LiveEvent;
  what: Extract<OutcomeKind, 'skipped' | 'shed' | 'expired'>;
  reason: string;
}

/** An order whose price nobody knows counts like this for each piece. */
const unknownPrice = 500;
/** Of two topics, who is worth ten times as much comes first, unless the other has waited longer by one ageing time. */
const steps: Record<AnswerableKind, number> = {
  order: 0,
  gift: 0,
  fansclub: 5,
  chat: 4,
  follow: 3,
  share: 2,
  enter: 1,
  like: 0,
};

/** `priceOf`: of a product, in yuan, as far as it is known. */
export function worthOf(event: LiveEvent, priceOf: (productId: string) => number | undefined): number {
  if (event.kind === 'gift') return event.diamonds * event.count;
  if (event.kind !== 'order') return 0;
  const yuan = priceOf(event.productId);
  return (yuan === undefined ? unknownPrice : yuan * 10) * event.count;
}

/** Events with one key are answered by one utterance. */
export function topicKey(event: LiveEvent): string {
  switch (event.kind) {
    case 'chat':
    case 'order':
      return `${event.kind}:${event.id}`;
    case 'gift':
      return `gift:${event.viewer?.id ?? ''}:${event.giftId}:${event.streak}`;
    default:
      return event.kind;
  }
}

/** Whether a topic is taken before another: money first, then by kind; each ageing time of waiting is a step up. */
export function comesBefore(topic: Topic, other: Topic, now: number, ageingMs: number): boolean {
  if (isPaid(topic.kind) !== isPaid(other.kind)) return isPaid(topic.kind);
  const difference = standing(topic, now, ageingMs) - standing(other, now, ageingMs);
  return difference === 0 ? topic.firstAt < other.firstAt : difference > 0;
}

/** The order in which what nobody paid for is let go when there is too much: from the lowest. */
export const stepOf = (kind: AnswerableKind): number => steps[kind];

function standing({ kind, worth, firstAt }: Topic, now: number, ageingMs: number): number {
  const base = isPaid(kind) ? Math.log10(worth + 1) : steps[kind];
  return base + (now - firstAt) / ageingMs;
}

/** Who is known by it; undefined: a guest, of whom platforms tell no id, or nobody. */
export function viewerOf({ viewer }: Pick<LiveEvent, 'viewer'>): string | undefined {
  return viewer && viewer.id !== '' && viewer.id !== '0' ? viewer.id : undefined;
}
