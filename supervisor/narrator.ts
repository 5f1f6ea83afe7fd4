import type { Logger } from 'pino';
import { announcement } from './describe-child.ts';
import type { Output } from './roster-state.ts';

/**
 * Writes down what the roster does, and tells the person at the terminal what is worth it. `now` on the supervisor's clock; `at` is when
 * it was decided, in unix milliseconds, which may be a little before it is written down.
 */
export function narrate(output: Output, { log, say, now, at }: Narration): void {
  switch (output.kind) {
    case 'changed': {
      const { before, child, on } = output;
      const { id, generation, restarts, lastReason } = child;
      const change = { child: id, from: before.life.name, to: child.life.name, on };
      log.info({ ...change, at: round(at), generation, restarts, lastReason }, 'child changed');
      const line = announcement(before, child, now);
      if (line !== '') say(line);
      return;
    }
    case 'promoted': {
      const { child, duty, reason } = output;
      log.info({ child: child.id, at: round(at), ...duty, reason }, 'child promoted');
      if (reason === 'takes over') say(`${child.id} takes over ${duty.lease}`);
      return;
    }
    case 'reload': {
      const { phase, edition, reason } = output;
      log.info({ phase, edition, reason }, 'reload');
      return say(`reload: ${phase}${reason === '' ? '' : ` (${reason})`}`);
    }
    case 'gone':
      return log.info({ child: output.id }, 'child gone');
    case 'effect':
      return;
  }
}

const round = (ms: number): number => Math.round(ms * 10) / 10;

interface Narration {
  log: Logger;
  say: (line: string) => void;
  now: number;
  at: number;
}
