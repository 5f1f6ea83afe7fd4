import type { LiveEvent } from '../../protocol/event.ts';
import { viewerOf } from './topic.ts';

export interface HelmState {
  pause: { until: number; all: boolean; by: string } | null;
  takeover: { until: number; by: string } | null;
  mutes: [viewer: string, until: number, by: string][];
}

export interface HelmOptions {
  takeoverMs: number;
  moderators: boolean;
}

const maxMutes = 500;

/** What people have decided about the replies of a room: pauses and mutes, each with its end. `now` in unix milliseconds. Pure. */
export class Helm {
  readonly #options: HelmOptions;
  #pause: HelmState['pause'] = null;
  #takeover: HelmState['takeover'] = null;
  readonly #mutes = new Map<string, { until: number; by: string }>();

  constructor(options: HelmOptions) {
    this.#options = options;
  }

  /** `all`: the script in between as well. */
  pause(forMs: number, { all, by }: { all: boolean; by: string }, now: number): void {
    this.#pause = { until: now + forMs, all, by };
  }

  /** Ends a pause, and a takeover; false: there was none. */
  resume(now: number): boolean {
    const was = this.pausedBy(now) !== undefined;
    this.#pause = null;
    this.#takeover = null;
    return was;
  }

  /** Whoever runs the room writes something: it is not answered, and nobody is for a while. Says who it is; undefined: a viewer. */
  hear(event: LiveEvent, now: number): 'the streamer' | 'a moderator' | undefined {
    const { takeoverMs, moderators } = this.#options;
    const { viewer } = event;
    if (event.kind !== 'chat' || !viewer) return undefined;
    const who = viewer.isAnchor ? 'the streamer' : viewer.isAdmin && moderators ? 'a moderator' : undefined;
    if (who && takeoverMs > 0) {
      // From when it was written: an old event must not silence anybody now.
      const until = Math.min(now, event.receivedAt) + takeoverMs;
      if (until > now && until > (this.#takeover?.until ?? 0)) this.#takeover = { until, by: who };
    }
    return who;
  }

  /** Who has paused the replies; undefined: they are not. */
  pausedBy(now: number): string | undefined {
    if (this.#pause && now >= this.#pause.until) this.#pause = null;
    if (this.#takeover && now >= this.#takeover.until) this.#takeover = null;
    return this.#pause?.by ?? this.#takeover?.by;
  }

  /** Whether the script in between is paused as well. */
  isSilent(now: number): boolean {
    this.pausedBy(now);
    return this.#pause?.all ?? false;
  }

  mute(viewer: string, forMs: number, by: string, now: number): void {
    this.#mutes.delete(viewer);
    this.#mutes.set(viewer, { until: forMs === 0 ? Number.MAX_SAFE_INTEGER : now + forMs, by });
    for (const oldest of this.#mutes.keys()) {
      if (this.#mutes.size <= maxMutes) break;
      this.#mutes.delete(oldest);
    }
  }

  /** False: the viewer was not muted. */
  unmute(viewer: string): boolean {
    return this.#mutes.delete(viewer);
  }

  isMuted(event: LiveEvent, now: number): boolean {
    const viewer = viewerOf(event);
    const mute = viewer === undefined ? undefined : this.#mutes.get(viewer);
    if (viewer === undefined || !mute) return false;
    if (now < mute.until) return true;
    this.#mutes.delete(viewer);
    return false;
  }

  /** For people. */
  describe(now: number): string {
    const lines = this.pausedBy(now) === undefined ? ['replies go on'] : [];
    for (const pause of [this.#pause, this.#takeover])
      if (pause) {
        const what = 'all' in pause && pause.all ? 'replies and script paused' : 'replies paused';
        lines.push(`${what} by ${pause.by} for ${secondsUntil(pause.until, now)} s more`);
      }
    const muted = [...this.#mutes]
      .filter(([, { until }]) => now < until)
      .map(
        ([viewer, { until }]) =>
          `${viewer} (${until > now + 1e12 ? 'for good' : `${secondsUntil(until, now)} s`})`,
      );
    return [...lines, muted.length > 0 ? `muted: ${muted.join(', ')}` : 'nobody is muted'].join('; ');
  }

  view(now: number): HelmState {
    this.pausedBy(now);
    const mutes = [...this.#mutes].filter(([, { until }]) => now < until);
    return {
      pause: this.#pause,
      takeover: this.#takeover,
      mutes: mutes.map(([viewer, { until, by }]) => [viewer, until, by]),
    };
  }

  restore({ pause, takeover, mutes }: HelmState): void {
    this.#pause = pause;
    this.#takeover = takeover;
    this.#mutes.clear();
    for (const [viewer, until, by] of mutes.slice(-maxMutes)) this.#mutes.set(viewer, { until, by });
  }
}

const secondsUntil = (until: number, now: number): number => Math.ceil((until - now) / 1_000);
