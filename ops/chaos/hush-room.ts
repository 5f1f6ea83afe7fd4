import { asksForConfirmation } from './reached-messages.ts';
import type { SentMessage } from './sim-room.ts';
import type { Show } from './show.ts';

const connectedMs = 40_000;
const ackedMs = 40_000;

/**
 * Lets nothing more happen in a room and waits until what it has sent is confirmed, so that nothing is on its way when the show is
 * stopped. Answers what stood in the way, in sentences.
 */
export async function hushRoom(show: Show, room: string): Promise<string[]> {
  if (show.exit) return [];
  const simulator = show.simulator(room);
  const signal = AbortSignal.timeout(connectedMs + ackedMs);
  const connected = await show.until(
    safe(async () => (await simulator.state()).connected),
    {
      withinMs: connectedMs,
      signal,
    },
  );
  if (!connected) return [`${room} has no listener at the end`];
  await simulator.fallSilent();
  let open: string[] = [];
  const isConfirmed = async () => {
    open = openMessages(await simulator.sent());
    return open.length === 0;
  };
  if (await show.until(safe(isConfirmed), { withinMs: ackedMs, signal })) return [];
  return [
    `${room} waits in vain for ${open.length} messages to be confirmed: ${open.slice(0, 3).join(', ')}`,
  ];
}

/** Ids that were sent to somebody and never confirmed. What was sent again counts as confirmed with any of its copies. */
export function openMessages(sent: Pick<SentMessage, 'msgId' | 'kind' | 'via' | 'acked'>[]): string[] {
  const confirmed = new Set(sent.filter(({ acked }) => acked).map(({ msgId }) => msgId));
  const asked = sent.filter(({ via, kind }) => via === 'socket' && asksForConfirmation(kind));
  return [...new Set(asked.map(({ msgId }) => msgId))].filter((msgId) => !confirmed.has(msgId));
}

/** A simulator that is being started again does not answer. */
function safe(holds: () => Promise<boolean>): () => Promise<boolean> {
  return async () => await holds().catch(() => false);
}
