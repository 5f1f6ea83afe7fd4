import { pino } from 'pino';
import type { Logger } from 'pino';
import { Secrets } from './secrets.ts';

export type { Logger } from 'pino';

/** A full disk must not silence the room: what cannot be written is not written. */
const ignore = (): void => undefined;

/**
 * Lines of JSON on standard output, which the supervisor has pointed at `log/<child>.ndjson`. Written synchronously: the last line
 * before a crash is the one that is needed. No line holds one of the secrets.
 */
export function openLogger(base: Record<string, unknown>, secrets = new Secrets()): Logger {
  const level = process.env['ONAIR_LOG_LEVEL'] ?? 'info';
  const destination = pino.destination({ fd: 1, sync: true });
  destination.on('error', ignore);
  for (const stream of [process.stdout, process.stderr]) stream.off('error', ignore).on('error', ignore);
  const hooks = { streamWrite: (line: string) => secrets.hide(line) };
  return pino({ level, base, hooks, timestamp: pino.stdTimeFunctions.isoTime }, destination);
}
