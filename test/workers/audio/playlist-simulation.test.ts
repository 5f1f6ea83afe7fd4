import t from 'tap';
import type { Priority, Segment } from '../../../protocol/speech.ts';
import { samplesOf } from '../../../workers/audio/format.ts';
import { Playlist } from '../../../workers/audio/playlist.ts';
import type { PlaylistView } from '../../../workers/audio/playlist-view.ts';
import type { Resume } from '../../../workers/audio/line.ts';
import { seeded, segmentOf } from './fixtures.ts';

/** A room over some minutes of virtual time, with segments that come late, never, or without sound, and kills of the process. */
const frame = 960;
const frameMs = 20;
const slotTimeoutMs = 600;
const seeds = 1_000;

interface Fake {
  samples: number;
  bytes: number;
}

interface Arrival {
  at: number;
  seq: number;
  segment: Segment;
  sound: Fake | string;
}

interface Told {
  expiresAt: number;
  priority: Priority;
  /** What came of each segment so far. */
  segments: Map<number, 'ready' | 'missing'>;
  /** Samples heard per segment, as far as the furthest point. */
  heard: Map<number, number>;
  complete: Set<number>;
  outcomes: number;
  lastOutcome: string;
}

function plan(random: () => number): Arrival[] {
  const arrivals: Omit<Arrival, 'seq'>[] = [];
  const count = 3 + Math.floor(random() * 12);
  for (let utterance = 0; utterance < count; utterance++) {
    const priority = (['urgent', 'normal', 'idle'] as const)[Math.floor(random() * 3)] ?? 'normal';
    const length = 1 + Math.floor(random() * 4);
    const begin = random() * 8_000;
    const expiresAt = begin + 500 + random() * 12_000;
    for (let index = 0; index < length; index++) {
      const last = index === length - 1;
      const segment = segmentOf(`e${utterance}`, index, { priority, last, expiresAt });
      const fate = random();
      const samples = samplesOf(100 + random() * 900);
      const sound = fate < 0.1 ? 'engine refused' : { samples, bytes: samples };
      if (fate > 0.95) continue;
      arrivals.push({ at: begin + index * 200 + random() * 1_500, segment, sound });
      if (fate > 0.9) arrivals.push({ at: begin + random() * 9_000, segment, sound });
    }
  }
  return arrivals.sort((a, b) => a.at - b.at).map((arrival, index) => ({ ...arrival, seq: index + 1 }));
}

function simulate(seed: number): string[] {
  const random = seeded(seed);
  const arrivals = plan(random);
  const problems: string[] = [];
  const world = new Map<string, Told>();
  const mayCrash = seed % 2 === 1;
  const open = (resume: Resume) =>
    new Playlist<Fake>({ slotTimeoutMs, maxUtterances: 1_000, maxBytes: 1e12, resume });
  let playlist = open({ resumeSeq: 1, ended: [], partial: [] });
  let kept: PlaylistView = playlist.view();
  let keptFrames = 0;
  let delivered = 0;
  let playing: { id: string; index: number; position: number; samples: number } | undefined;
  let current: { id: string; since: number } | undefined;
  let unsettled: { id: string; at: number }[] = [];

  const deliver = ({ segment, seq, sound }: Arrival) => {
    const told = world.get(segment.utteranceId) ?? {
      expiresAt: segment.expiresAt,
      priority: segment.priority,
      segments: new Map(),
      heard: new Map(),
      complete: new Set(),
      outcomes: 0,
      lastOutcome: '',
    };
    world.set(segment.utteranceId, told);
    if (!told.segments.has(segment.index))
      told.segments.set(segment.index, typeof sound === 'string' ? 'missing' : 'ready');
    if (playlist.see(segment, seq) !== 'wanted') return;
    if (typeof sound === 'string') playlist.miss(segment, sound);
    else playlist.put(segment, sound);
  };
  const nextOf = (told: Told): number => {
    let next = 0;
    while (told.complete.has(next) || told.segments.get(next) === 'missing') next += 1;
    return next;
  };
  const isReady = (told: Told) => told.lastOutcome === '' && told.segments.get(nextOf(told)) === 'ready';

  const noteEndings = (now: number): boolean => {
    let any = false;
    for (const ending of playlist.takeEndings()) {
      unsettled.push({ id: ending.utteranceId, at: now + random() * 300 });
      const told = world.get(ending.utteranceId);
      if (!told) continue;
      // Like the ledger: the first outcome counts, and a second one must not contradict it.
      told.lastOutcome ||= ending.what;
      if (told.lastOutcome !== ending.what)
        problems.push(`${ending.utteranceId}: ${ending.what} after ${told.lastOutcome}`);
      if (told.heard.size > 0 !== (ending.what === 'spoken'))
        problems.push(`${ending.utteranceId}: ${ending.what}`);
      any = true;
    }
    return any;
  };

  for (let now = 0; now < 40_000; now += frameMs) {
    for (let next = arrivals[delivered]; next && next.at <= now; next = arrivals[delivered]) {
      deliver(next);
      delivered += 1;
    }
    let changed = noteEndings(now);
    if (!playing) {
      const cue = playlist.next(now);
      if (cue) {
        changed = true;
        const told = world.get(cue.utteranceId);
        if (!told) return [`${seed}: played what never came`];
        const begun = told.heard.size > 0;
        if (told.lastOutcome) problems.push(`plays ${cue.utteranceId} after it ended`);
        if (cue.index !== nextOf(told)) problems.push(`plays ${cue.utteranceId}/${cue.index} out of order`);
        if (told.complete.has(cue.index)) problems.push(`plays ${cue.utteranceId}/${cue.index} again`);
        const furthest = told.heard.get(cue.index) ?? 0;
        if (cue.from > furthest) problems.push(`leaves out a part of ${cue.utteranceId}/${cue.index}`);
        if (furthest - cue.from > 12 * frame) problems.push(`repeats ${furthest - cue.from} samples`);
        if (!begun) {
          for (const [id, other] of world) {
            if (
              isReady(other) &&
              now < other.expiresAt &&
              rank(other.priority) < rank(told.priority) &&
              other.heard.size === 0
            )
              problems.push(`${cue.utteranceId} (${told.priority}) begins before ${id} (${other.priority})`);
            if (isReady(other) && other.heard.size > 0 && other.priority !== 'idle')
              problems.push(`${cue.utteranceId} begins while ${id} could go on`);
          }
        }
        const before = current && current.id !== cue.utteranceId ? world.get(current.id) : undefined;
        if (before && !before.lastOutcome && before.priority !== 'idle') {
          if (now - (current?.since ?? now) < slotTimeoutMs)
            problems.push(`${cue.utteranceId} interrupts too early`);
        }
        playing = { id: cue.utteranceId, index: cue.index, position: cue.from, samples: cue.sound.samples };
        current = { id: cue.utteranceId, since: now };
      }
    }
    if (playing) {
      const told = world.get(playing.id);
      playing.position = Math.min(playing.position + frame, playing.samples);
      playlist.at(playing.position);
      told?.heard.set(playing.index, Math.max(told.heard.get(playing.index) ?? 0, playing.position));
      if (playing.position >= playing.samples) {
        told?.complete.add(playing.index);
        playlist.heard();
        current = { id: playing.id, since: now };
        playing = undefined;
        changed = true;
      }
    }
    playlist.tick(now);
    changed = noteEndings(now) || changed;
    for (const { id, at } of unsettled) {
      if (at > now) continue;
      const told = world.get(id);
      if (told) told.outcomes += 1;
      playlist.settled(id);
      changed = true;
    }
    unsettled = unsettled.filter(({ at }) => at > now);
    keptFrames += 1;
    if (changed || keptFrames >= 8) {
      kept = playlist.view();
      keptFrames = 0;
    }
    if (mayCrash && random() < 0.01) {
      const { resumeSeq, ended, partial } = kept;
      playlist = open({
        resumeSeq,
        ended,
        partial: partial.map(({ utteranceId, nextIndex, offsetMs }) => ({
          utteranceId,
          nextIndex,
          offset: samplesOf(offsetMs),
        })),
      });
      playing = undefined;
      current = undefined;
      unsettled = [];
      for (const arrival of arrivals.slice(0, delivered)) if (arrival.seq >= resumeSeq) deliver(arrival);
    }
  }
  for (const [id, told] of world) {
    if (told.outcomes === 0) problems.push(`${id} never ended`);
    if (told.outcomes > 1 && !mayCrash) problems.push(`${id} ended ${told.outcomes} times`);
  }
  const { queued, resumeSeq } = playlist.view();
  if (queued.length > 0) problems.push(`still queued: ${queued.join()}`);
  if (resumeSeq !== arrivals.length + 1) problems.push(`would read again from ${resumeSeq}`);
  return problems.map((problem) => `seed ${seed}: ${problem}`);
}

const rank = (priority: Priority): number => ['urgent', 'normal', 'idle'].indexOf(priority);

void t.test('Playlist keeps order, says nothing twice and ends everything once, for any seed', async (t) => {
  const problems: string[] = [];
  for (let seed = 0; seed < seeds; seed++) problems.push(...simulate(seed));
  t.strictSame(problems.slice(0, 10), []);
});
