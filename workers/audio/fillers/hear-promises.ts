import type { AnswerPromise } from '../../../protocol/speech.ts';
import { promiseSubject } from '../../../protocol/subjects.ts';
import type { Bus } from '../../bus.ts';
import { delay } from '../../delay.ts';
import type { Logger } from '../../logger.ts';

export interface HearPromisesOptions {
  room: string;
  bus: Pick<Bus, 'listen'>;
  log: Pick<Logger, 'warn'>;
  signal: AbortSignal;
  onPromise: (promise: AnswerPromise) => void;
}

const retryMs = { first: 1_000, most: 60_000 };

/** Hears of each answer that is being made, until the signal says stop. Without it silence is only noticed later. */
export async function hearPromises({
  room,
  bus,
  log,
  signal,
  onPromise,
}: HearPromisesOptions): Promise<void> {
  for (let retry = retryMs.first; !signal.aborted; retry = Math.min(2 * retry, retryMs.most)) {
    try {
      for await (const { message } of bus.listen(promiseSubject(room), signal))
        if (message.type === 'promise') onPromise(message.body);
    } catch (error) {
      log.warn({ err: error }, 'cannot hear which answers are being made');
    }
    await delay(retry, signal);
  }
}
