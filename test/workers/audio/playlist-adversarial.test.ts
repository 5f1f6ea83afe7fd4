import t from 'tap';
import type { Priority } from '../../../protocol/speech.ts';
import { mayFollow, stateOf } from '../../../workers/audio/playback-state.ts';
import { Playlist } from '../../../workers/audio/playlist.ts';
import { seeded, segmentOf } from './fixtures.ts';

/** Every operation of the playlist in any order, also those that make no sense then. */
const seeds = 4_000;
const operations = 160;
const slotTimeoutMs = 600;
const maxBytes = 9_000;

interface Fake {
  samples: number;
  bytes: number;
}

/** What the playlist was told, and has said, of one utterance. */
interface Told {
  priority: Priority;
  expiresAt: number;
  length: number;
  slots: Map<number, 'ready' | 'missing'>;
  /** Segments that were heard to their end. */
  heard: Set<number>;
  isBegun: boolean;
  endings: string[];
  isSettled: boolean;
}

const isOpen = ({ endings }: Told): boolean => endings.length === 0;

function play(seed: number): string[] {
  const random = seeded(seed);
  const among = (count: number): number => Math.floor(random() * count);
  const problems: string[] = [];
  const playlist = new Playlist<Fake>({
    slotTimeoutMs,
    maxUtterances: 6 + among(30),
    maxBytes,
    resume: { resumeSeq: 1, ended: [], partial: [] },
  });
  const world = new Map<string, Told>();
  let now = 1_000;
  let seq = 0;
  let playing: { id: string; index: number; samples: number; at: number } | undefined;
  let isDraining = false;
  let unheard: { since: number; reason: string } | undefined;
  /** Since when a frame could have been played and none was, although something was ready. */
  let idleSince: number | undefined;

  const nextOf = (told: Told): number => {
    let next = 0;
    while (told.heard.has(next) || told.slots.get(next) === 'missing') next += 1;
    return next;
  };
  const isReady = (told: Told) => isOpen(told) && told.slots.get(nextOf(told)) === 'ready';
  const name = () => `e${among(14)}`;
  const tell = (id: string): Told => {
    const known = world.get(id);
    if (known) return known;
    const priority = (['urgent', 'normal', 'idle'] as const)[among(3)] ?? 'idle';
    const told: Told = {
      priority,
      expiresAt: now + among(6_000),
      length: 1 + among(4),
      slots: new Map(),
      heard: new Set(),
      isBegun: false,
      endings: [],
      isSettled: false,
    };
    world.set(id, told);
    return told;
  };

  const arrive = () => {
    const event = name();
    const id = `u:${event}`;
    const told = tell(id);
    // A chunk may also lie behind what its utterance says is its last.
    const index = among(told.length + (random() < 0.05 ? 2 : 0));
    const { priority, expiresAt } = told;
    const segment = segmentOf(event, index, { priority, expiresAt, last: index === told.length - 1 });
    seq += 1;
    const seen = playlist.see(segment, seq);
    if (seen === 'ended' && isOpen(told)) note();
    if (random() < 0.15) return;
    const isMissing = random() < 0.15;
    // Also where it was told that nobody wants it.
    if (isOpen(told) && !told.slots.has(index) && index >= nextOf(told))
      told.slots.set(index, isMissing ? 'missing' : 'ready');
    if (isMissing) playlist.miss(segment, 'engine gone');
    else playlist.put(segment, { samples: 1 + among(2_000), bytes: 1 + among(1_200) });
  };

  const begin = () => {
    if (playing) {
      try {
        playlist.next(now);
        problems.push('two at once');
      } catch {
        // As it should.
      }
      return;
    }
    const ready = [...world].filter(([, told]) => isReady(told) && now < told.expiresAt);
    const cue = playlist.next(now);
    if (!cue) {
      if (ready.length === 0 || isDraining) idleSince = undefined;
      else {
        idleSince ??= now;
        if (now - idleSince > slotTimeoutMs)
          problems.push(`stalls ${now - idleSince} ms, ${ready[0]?.[0]} is ready`);
      }
      return;
    }
    idleSince = undefined;
    const told = world.get(cue.utteranceId);
    if (!told || !isOpen(told)) return void problems.push(`plays ${cue.utteranceId}, which is over`);
    if (cue.index !== nextOf(told)) problems.push(`${cue.utteranceId}/${cue.index} out of order`);
    if (told.heard.has(cue.index)) problems.push(`${cue.utteranceId}/${cue.index} twice`);
    if (cue.priority !== told.priority) problems.push(`${cue.utteranceId} as ${cue.priority}`);
    if (!told.isBegun && told.priority !== 'urgent') {
      const before = ready.find(([id, other]) => id !== cue.utteranceId && other.priority === 'urgent');
      if (before) problems.push(`${cue.utteranceId} begins before ${before[0]}, which is urgent`);
    }
    told.isBegun = true;
    playing = { id: cue.utteranceId, index: cue.index, samples: cue.sound.samples, at: cue.from };
  };

  /** Time passes as it does for a player: it looks 50 times a second. */
  const pass = () => {
    for (let left = among(60); left > 0; left--) {
      now += 20;
      playlist.tick(now, unheard);
      note();
      if (!playing && !unheard) begin();
    }
  };

  const note = () => {
    for (const { utteranceId, what } of playlist.takeEndings()) {
      const told = world.get(utteranceId);
      if (!told) problems.push(`${utteranceId} ended, which never came`);
      told?.endings.push(what);
      if (playing?.id === utteranceId) playing = undefined;
    }
  };

  const settle = () => {
    for (const [id, told] of world) {
      if (isOpen(told) || told.isSettled || random() < 0.5) continue;
      told.isSettled = true;
      playlist.settled(id);
    }
  };

  const hear = () => {
    if (!playing) return playlist.heard();
    playlist.at(playing.samples);
    world.get(playing.id)?.heard.add(playing.index);
    playing = undefined;
    playlist.heard();
  };

  const moves: [number, () => void][] = [
    [0.36, arrive],
    [0.56, begin],
    [0.64, () => playing && playlist.at((playing.at = among(playing.samples)))],
    [0.8, hear],
    [
      0.83,
      () => {
        if (playing) playlist.pause(playing.at);
        playing = undefined;
      },
    ],
    [0.85, () => playlist.skip('skipped')],
    [0.857, () => playlist.stop('stopped')],
    [0.86, () => ((isDraining = random() < 0.1), isDraining && playlist.drain())],
    [0.88, () => (unheard = unheard ? undefined : { since: now, reason: 'nobody hears it' })],
    [0.93, settle],
    [0.932, () => void (playlist.settled('u:unknown'), playlist.pass(seq), playlist.peek(now))],
    [0.933, () => void (playlist.cut(), (playing = undefined))],
    [1, pass],
  ];

  let state = stateOf({ ...playlist.facts(), isFilling: false, isPaused: false, isAccepting: true });
  for (let step = 0; step < operations; step++) {
    const draw = random();
    const wasDraining: boolean = isDraining;
    moves.find(([below]) => draw < below)?.[1]();
    isDraining ||= wasDraining;
    note();
    const view = playlist.view();
    const open = [...world].filter(([, told]) => isOpen(told)).map(([id]) => id);
    for (const id of view.queued) if (!open.includes(id)) problems.push(`${id} is queued and has ended`);
    if (view.queued.length !== new Set(view.queued).size) problems.push('queued twice');
    if (playing && !view.queued.includes(playing.id)) problems.push(`${playing.id} plays and is not queued`);
    const next = stateOf({ ...playlist.facts(), isFilling: false, isPaused: false, isAccepting: true });
    if (next !== state && !mayFollow(state, next)) problems.push(`${next} after ${state}`);
    if ((next === 'speaking' || next === 'yielding') !== (playing !== undefined) && next !== 'yielding')
      problems.push(`${next} while ${playing?.id ?? 'nothing'} plays`);
    state = next;
    if (problems.length > 0) break;
  }
  if (problems.length > 0) return problems.map((problem) => `seed ${seed}: ${problem}`);

  // Whatever has happened, it comes to an end: everything expires, and nothing is kept.
  hear();
  playlist.cut();
  now += 1_000_000;
  playlist.tick(now, { since: 0, reason: 'over' });
  note();
  for (const [id, told] of world) {
    playlist.settled(id);
    const isKnown = seq > 0 && told.slots.size > 0;
    if (isKnown && told.endings.length !== 1) problems.push(`${id} ended ${told.endings.length} times`);
    if (told.endings[0] !== 'spoken' && told.heard.size > 0)
      problems.push(`${id} was heard, and ${told.endings[0]}`);
  }
  const { queued, queuedMs, resumeSeq } = playlist.view();
  if (queued.length > 0 || queuedMs > 0) problems.push(`left: ${queued.join()}, ${queuedMs} ms`);
  if (resumeSeq !== seq + 1) problems.push(`would read again from ${resumeSeq} of ${seq}`);
  // All bytes were given back: as much as there may be fits in again, and nothing is shed.
  const full = segmentOf('full', 0, { expiresAt: now + 1, last: true });
  playlist.see(full, ++seq);
  playlist.put(full, { samples: 1, bytes: maxBytes });
  playlist.tick(now);
  note();
  if (!isDraining && playlist.takeEndings().length + (playlist.view().queued.length === 1 ? 0 : 1) > 0)
    problems.push('bytes are still counted of what is gone');
  return problems.map((problem) => `seed ${seed}: ${problem}`);
}

void t.test('Playlist keeps its promises whatever is done to it, for any seed', async (t) => {
  const problems: string[] = [];
  for (let seed = 0; seed < seeds && problems.length < 10; seed++) problems.push(...play(seed));
  t.strictSame(problems, []);
});
