import { pino } from 'pino';
import type { Logger } from 'pino';

export type { Logger } from 'pino';

/**
 * Lines of JSON on standard output, which the supervisor has pointed at `log/<child>.ndjson`. Written synchronously: the last line
 * before a crash is the one that is needed.
 */
export function openLogger(base: Record<string, unknown>): Logger {
  const level = process.env['ONAIR_LOG_LEVEL'] ?? 'info';
  const destination = pino.destination({ fd: 1, sync: true });
  // A full disk must not silence the room: what cannot be written is not written.
  destination.on('error', () => undefined);
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
  return pino({ level, base, timestamp: pino.stdTimeFunctions.isoTime }, destination);
}
