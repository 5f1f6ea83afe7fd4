import { z } from 'zod';
import { asksForConfirmation } from './reached-messages.ts';

const lineSchema = z.object({
  n: z.number(),
  via: z.enum(['socket', 'fetch', 'nobody']),
  roomId: z.string(),
  msgId: z.string(),
  kind: z.string(),
  userId: z.string(),
  nickname: z.string(),
  gift: z
    .object({
      id: z.number(),
      groupId: z.string(),
      groupCount: z.number(),
      comboCount: z.number(),
      repeatCount: z.number(),
    })
    .nullable(),
});

/** What a room's own log says of one message. */
export interface TruthMessage {
  msgId: string;
  /** The room's word for it: chat, gift, enter … */
  kind: string;
  /**
   * It surely reached the client. What a room that was killed had sent and nobody had confirmed may have died with it, and what asks for
   * no confirmation with its connection.
   */
  sure: boolean;
  /** Of a gift: whose streak of what, and how many there were up to this message. */
  streak: { key: string; total: number } | undefined;
}

/**
 * Reads the log that a simulated room wrote while it sent. The room may have been killed meanwhile: then the next one goes on in the
 * same file and counts from 1 again. `reached`: ids of which the rooms knew that they had reached the client.
 */
export function readTruth(log: string, reached: ReadonlySet<string>): TruthMessage[] {
  const lines = log.split('\n').filter((line) => line !== '');
  const records = lines.flatMap((line, index) => readLine(line, index === lines.length - 1));
  let life = 0;
  const lives = records.map(({ n }, index) => (n <= (records[index - 1]?.n ?? 0) ? ++life : life));
  const messages = new Map<string, TruthMessage>();
  for (const [index, { msgId, kind, via, roomId, userId, nickname, gift }] of records.entries()) {
    if (msgId === '') continue;
    const isSentAgain = lives[index] === life && asksForConfirmation(kind);
    const sure = via !== 'nobody' && (isSentAgain || reached.has(msgId));
    const streak = gift
      ? {
          key: `${roomId}/${userId}/${nickname}/${gift.id}/${gift.groupId}`,
          total: Math.max(gift.repeatCount, gift.groupCount * gift.comboCount, 1),
        }
      : undefined;
    messages.set(msgId, { msgId, kind, sure: sure || messages.get(msgId)?.sure === true, streak });
  }
  return [...messages.values()];
}

/** A last line that was cut off by a kill is none: what it tells of was never sent. */
function readLine(line: string, isLast: boolean): z.infer<typeof lineSchema>[] {
  try {
    return [lineSchema.parse(JSON.parse(line))];
  } catch (error) {
    if (isLast) return [];
    throw new Error(`The room's log has a line that cannot be read: ${line.slice(0, 100)}`, { cause: error });
  }
}
