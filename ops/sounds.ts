import { decodeAs } from '../protocol/codec.ts';
import type { SupervisorState } from '../protocol/ipc.ts';
import type { Playhead } from '../protocol/speech.ts';
import { readBucket } from './read-bucket.ts';

/** What a person wants to know of the sound of a room. */
export type RoomSound = Pick<Playhead, 'room' | 'at' | 'state' | 'output' | 'queuedMs'> &
  Required<Pick<Playhead, 'pausedUntil' | 'volume' | 'muted' | 'failedOver' | 'ducking'>>;

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
  const read = (value: Uint8Array) => soundOf(decodeAs('playhead', value));
  return await readBucket(home, state, { bucket: 'playhead', keys: rooms, read });
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
