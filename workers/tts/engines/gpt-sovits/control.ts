import { delay } from '../../../delay.ts';
import { EngineError } from '../../endpoint.ts';
import { readMessage } from '../../http/answer-fault.ts';
import { ask } from '../../http/ask.ts';
import type { Deadlines } from '../../http/deadlines.ts';
import type { HttpLink, LinkOptions } from '../../http/http-link.ts';

const request = { method: 'GET', route: '/control' } as const;
const lookEveryMs = 250;

/**
 * Asks for nothing: without a command the server only says that it wants one. While it makes a whole sound it answers nobody, so this is for times
 * in which it has nothing of ours to do. Throws EngineError, or the signal's reason.
 */
export async function probe(link: HttpLink, options: LinkOptions): Promise<void> {
  const { status, text } = await ask(link, request, options);
  if (status === 400 && text.includes('command is required')) return;
  throw new EngineError(
    'garbage',
    `${link.describe(request)} answered ${status}, not as GPT-SoVITS does: ${readMessage(text)}`,
    { status },
  );
}

/** Has the server start again, which ends the connection, and waits until it answers. Throws EngineError, or the signal's reason. */
export async function restart(
  link: HttpLink,
  { deadlines, signal }: { deadlines: Deadlines; signal: AbortSignal },
): Promise<void> {
  await sendRestart(link, { deadlines, signal });
  for (;;) {
    signal.throwIfAborted();
    try {
      await probe(link, { deadlines, signal });
      return;
    } catch (error) {
      if (!(error instanceof EngineError)) throw error;
    }
    await delay(lookEveryMs, signal);
  }
}

async function sendRestart(link: HttpLink, options: LinkOptions): Promise<void> {
  try {
    const order = { ...request, query: { command: 'restart' }, once: true };
    const { status, text } = await ask(link, order, options);
    if (status >= 300)
      throw new EngineError(
        'refused',
        `${link.describe(request)} refused to restart with ${status}: ${readMessage(text)}`,
        {
          status,
        },
      );
  } catch (error) {
    const isExpected =
      error instanceof EngineError && (error.code === 'cut-off' || error.code === 'unreachable');
    if (!isExpected) throw error;
  }
}
