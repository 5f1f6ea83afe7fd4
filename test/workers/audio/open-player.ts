import type { Playhead } from '../../../protocol/speech.ts';
import { Controls, untouched } from '../../../workers/audio/controls.ts';
import type { Ending } from '../../../workers/audio/line.ts';
import { Playback } from '../../../workers/audio/playback.ts';
import type { Place } from '../../../workers/audio/player.ts';
import { Player } from '../../../workers/audio/player.ts';
import { Playlist } from '../../../workers/audio/playlist.ts';
import type { Turn } from '../../../workers/audio/turn.ts';
import type { SegmentSound } from '../../../workers/audio/voice.ts';

/** A player on outputs that keep its frames. */
export function openPlayer({
  slotTimeoutMs = 100,
  ...given
}: { slotTimeoutMs?: number; fill?: (silentMs: number) => Turn | undefined } = {}) {
  const playlist = new Playlist<SegmentSound>({
    slotTimeoutMs,
    maxUtterances: 9,
    maxBytes: 1e9,
    resume: { resumeSeq: 1, ended: [], partial: [] },
  });
  const frames: Int16Array[] = [];
  const endings: Ending[] = [];
  const playheads: Playhead[] = [];
  const places: Place[] = [];
  const duty = { isCertain: true };
  const watchers = new Set<() => void>();
  const outputs = {
    accepting: true,
    broken: false,
    isDelivered: true,
    name: 'fake',
    failedOver: false,
    lost: 0,
    write: (frame: Buffer) => {
      frames.push(new Int16Array(frame.buffer.slice(frame.byteOffset, frame.byteOffset + frame.byteLength)));
      // A player that is late writes several at once, into a sink of whose end it does not know yet.
      if (outputs.lost > 0 && outputs.accepting) outputs.lost += 960;
      for (const watch of watchers) watch();
    },
    skip: () => undefined,
    takeLost() {
      const { lost } = this;
      this.lost = 0;
      return lost;
    },
  };
  const controls = new Controls({ configured: 1, kept: untouched });
  const counters: Record<string, number> = {};
  const playback = new Playback({ log: { info: () => undefined, warn: () => undefined }, counters });
  const player = new Player({
    room: 'demo',
    controls,
    playback,
    playlist,
    outputs,
    counters,
    onEnding: (ending) => {
      endings.push(ending);
      playlist.settled(ending.utteranceId);
    },
    onPlayhead: (playhead) => playheads.push(playhead),
    onProgress: () => undefined,
    onPlace: (place) => places.push(place),
    mayPlay: () => duty.isCertain,
    ...given,
  });
  const until = async (holds: () => boolean) =>
    await new Promise<void>((resolve) => {
      const watch = () => {
        if (!holds()) return;
        watchers.delete(watch);
        resolve();
      };
      watchers.add(watch);
    });
  const loud = () => frames.filter((frame) => frame.some((value) => value !== 0)).length;
  return {
    playlist,
    frames,
    endings,
    playheads,
    places,
    duty,
    outputs,
    controls,
    playback,
    counters,
    player,
    until,
    loud,
  };
}
