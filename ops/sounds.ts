import { decodeAs } from '../protocol/codec.ts';
import type { SupervisorState } from '../protocol/ipc.ts';
import type { Playhead } from '../protocol/speech.ts';
import { openConsoleBus } from './operator.ts';

/** What a person wants to know of the sound of a room. */
export type RoomSound = Pick<Playhead, 'room' | 'at' | 'state' | 'output' | 'queuedMs'> &
  Required<Pick<Playhead, 'pausedUntil' | 'volume' | 'muted' | 'failedOver' | 'ducking'>>;

const deadlineMs = 1_500;

/** The rooms that are played here. */
export function roomsOf({ services }: Pick<SupervisorState, 'services'>): string[] {
  return services.filter(({ role }) => role === 'audio').map(({ id }) => id.replace(/^audio:/, ''));
}

/** The sound of rooms as it was kept last; nothing of those that never had any, and nothing at all when the bus does not answer. */
export async function readSounds(
  home: string,
  state: SupervisorState,
  rooms: string[],
): Promise<RoomSound[]> {
  if (rooms.length === 0) return [];
  const late = Promise.withResolvers<undefined>();
  const timer = setTimeout(() => late.resolve(undefined), deadlineMs);
  try {
    await using bus = await openConsoleBus(home, state, deadlineMs);
    const bucket = await Promise.race([bus.bucket('playhead'), late.promise]);
    if (!bucket) return [];
    const entries = await Promise.race([
      Promise.all(rooms.map(async (room) => await bucket.get(room))),
      late.promise,
    ]);
    return (entries ?? []).flatMap((entry) =>
      entry?.operation === 'PUT' ? [soundOf(decodeAs('playhead', entry.value))] : [],
    );
  } catch {
    // What it is for shows everything else all the same.
    return [];
  } finally {
    clearTimeout(timer);
  }
}

/** One line for people. */
export function describeSound(sound: RoomSound, now: number): string {
  const { room, state, output, pausedUntil, volume, muted, failedOver } = sound;
  const until =
    pausedUntil === 0
      ? ''
      : pausedUntil < 0
        ? ' until it is resumed'
        : ` for ${Math.max(0, Math.ceil((pausedUntil - now) / 1_000))} s more`;
  const loudness = muted ? 'muted' : volume > 0 ? `volume ${volume}` : 'volume as configured';
  return `sound of ${room}: ${state}${until}, on ${output}${failedOver ? ' (not the first output)' : ''}, ${loudness}`;
}

function soundOf(playhead: Playhead): RoomSound {
  const { room, at, state, output, queuedMs } = playhead;
  const { pausedUntil = 0, volume = 0, muted = false, failedOver = false, ducking = false } = playhead;
  return { room, at, state, output, queuedMs, pausedUntil, volume, muted, failedOver, ducking };
}
