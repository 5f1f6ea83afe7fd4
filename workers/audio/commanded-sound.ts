import type { Commanded } from './audio-commands.ts';
import type { Controls } from './controls.ts';
import type { Playback } from './playback.ts';
import type { Player } from './player.ts';

export interface CommandedSoundOptions {
  player: Pick<Player, 'pause' | 'skip' | 'stop' | 'changed'>;
  controls: Controls;
  playback: Pick<Playback, 'state'>;
  outputs: { name: string; failedOver: boolean };
}

/** The sound of a room as people command it: what is set, and what becomes of what is heard. */
export class CommandedSound implements Commanded {
  readonly #options: CommandedSoundOptions;

  constructor(options: CommandedSoundOptions) {
    this.#options = options;
  }

  pause(forMs: number): void {
    const { player, controls } = this.#options;
    controls.pause(forMs, Date.now());
    player.pause();
  }

  resume(): boolean {
    const { player, controls } = this.#options;
    const wasPaused = controls.isPaused(Date.now());
    controls.resume();
    player.changed();
    return wasPaused;
  }

  skip(reason: string): string | undefined {
    return this.#options.player.skip(reason);
  }

  stop(reason: string): number {
    const { player, controls } = this.#options;
    controls.pause(0, Date.now());
    return player.stop(reason);
  }

  setVolume(volume: number): void {
    const { player, controls } = this.#options;
    controls.volume = volume;
    player.changed();
  }

  describe(): string {
    const { controls, playback, outputs } = this.#options;
    const now = Date.now();
    const { pausedUntil } = controls.view();
    const until = !controls.isPaused(now)
      ? ''
      : pausedUntil < 0
        ? ' until it is resumed'
        : ` for ${Math.ceil((pausedUntil - now) / 1_000)} s more`;
    const output = `on ${outputs.name}${outputs.failedOver ? ' (not the first output)' : ''}`;
    const loudness = controls.volume === 0 ? 'muted' : `volume ${controls.volume}`;
    return `${playback.state}${until}, ${output}, ${loudness}`;
  }
}
