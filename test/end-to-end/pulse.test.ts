import t from 'tap';
import type { Test } from 'tap';
import { SoundSearch } from '../../ops/chaos/sound-search.ts';
import { narrowSound, narrowing } from '../../ops/chaos/narrow-sound.ts';
import { findOutput } from '../../workers/audio/outputs/find-output.ts';
import { PulseServer } from '../support/pulse.ts';
import { causeOf, seeded, segmentOf } from '../workers/audio/fixtures.ts';
import { HostedRoom } from '../workers/audio/hosted-room.ts';
import { placeIn } from '../workers/audio/outputs/place.ts';

const rateHz = 48_000;
const narrowHz = rateHz / narrowing;
/** A sentence, in pieces that can each be told from all others. */
const pieceMs = 100;
const piecesPerSentence = 12;
const sentences = 6;
/** What is in the buffers of a player and a server when they die may be repeated, or lost. */
const latencyPieces = 4;

void t.test(
  'what the room says is heard on the named PulseAudio sink, also after kill -9 of the server',
  async (t) => {
    const pulse = await startPulse(t);
    const room = await HostedRoom.open(t);
    const child = await room.start({ outputs: ['player'], device: 'onaircable' });
    const sounds = Array.from({ length: sentences }, (_, index) => noise(index));
    for (const [index, sound] of sounds.entries()) {
      const name = `s${index}`;
      const given = { last: true, expiresAt: Date.now() + 60_000, causes: [causeOf(name)] };
      await room.say(segmentOf(name, 0, given), sound, rateHz);
    }
    const ended = (await room.outcomes(2)).length;
    await room.playhead(({ offsetMs }) => offsetMs >= 500 && offsetMs <= 900);
    const killedAt = Date.now();
    await pulse.kill();
    await pulse.start();
    const awayMs = Date.now() - killedAt;
    const outcomes = await room.outcomes(sentences);
    t.ok(
      outcomes.every(({ what }) => what === 'spoken'),
      'the ledger says that all were spoken',
    );
    await child.drain();
    await pulse.kill();

    const [before, after] = pulse.heard.map(({ pcm, startedAt }) => ({ samples: samplesOf(pcm), startedAt }));
    if (!before || !after) throw new Error('The server did not run twice');
    const runs = [before, after].map(({ samples, startedAt }) => ({
      search: new SoundSearch(narrowSound(samples)),
      samples,
      startedAt,
    }));
    const pieces = sounds.flatMap((sound) =>
      Array.from({ length: piecesPerSentence }, (_, n) => pieceOf(sound, n)),
    );
    const found = searchAll(runs, pieces);
    t.comment(`${ended} sentences had ended before the kill`);

    const missing = found.flatMap((places, index) => (places.length === 0 ? [index] : []));
    const twice = found.flatMap((places, index) => (places.length > 1 ? [index] : []));
    const clean = found.filter((places) => places.some(({ likeness }) => likeness >= 0.95)).length;
    const lastBefore = Math.max(
      ...found.flatMap((places) => places.filter(({ run }) => run === 0).map(({ atMs }) => atMs)),
    );
    const firstAfter = Math.min(
      ...found.flatMap((places) => places.filter(({ run }) => run === 1).map(({ atMs }) => atMs)),
    );
    t.comment(
      `of ${found.length} pieces of ${pieceMs} ms: ${clean} clean, lost ${missing.join(' ') || 'none'}, twice ${twice.join(' ') || 'none'}`,
    );
    t.comment(
      `${Math.round(firstAfter - lastBefore - pieceMs)} ms without sound; the server was away for ${awayMs} ms`,
    );
    const joint = found.findIndex((places) => places.some(({ run }) => run === 1));
    const far = (index: number) => Math.abs(index - joint) > latencyPieces;
    t.strictSame(missing.filter(far), [], 'all of it was heard');
    t.strictSame(twice.filter(far), [], 'each once');
    t.ok(missing.length <= 2 && twice.length <= latencyPieces, 'at most the latency is repeated or lost');
    t.ok(clean >= found.length - missing.length - 3, `${clean} of ${found.length} pieces without a flaw`);
    const order = found.flatMap((places) => places.slice(0, 1).map(({ atMs }) => atMs));
    t.strictSame(
      order,
      [...order].sort((a, b) => a - b),
      'in order',
    );
  },
);

void t.test(
  'findOutput() finds a device by a part of its name, and lists what there is when there is none',
  async (t) => {
    await startPulse(t);
    const { signal } = new AbortController();
    const on = (device: string) => ({ ...placeIn(t.testdirName), device });
    const named = {
      works: true,
      spec: { name: /^player \(pacat|paplay\) on pulse:onair-cable \(OnairCable\)$/ },
    };
    t.match(await findOutput('player', on('Onair'), signal), named);
    t.match(await findOutput('speaker', on('Onair'), signal), {
      works: true,
      spec: { name: 'speaker on pulse:onair-cable (OnairCable)' },
    });
    t.match(await findOutput('player', on('Headphones of Bob'), signal), {
      works: false,
      reason:
        /no device is called "Headphones of Bob"; there are other \(Elsewhere\), onair-cable \(OnairCable\)/,
    });
    t.match(await findOutput('player', on('e'), signal), {
      works: false,
      reason: /"e" fits other .*, onair-cable/,
    });
  },
);

interface Place {
  run: number;
  /** Wall time. */
  atMs: number;
  likeness: number;
}

interface Run {
  samples: Int16Array;
  search: SoundSearch;
  /** Wall time of the first sample. */
  startedAt: number;
}

/** A stretch of what was to be said, to be looked for narrowed, and compared as it is. */
interface Piece {
  samples: Int16Array;
  narrow: Float32Array;
}

/** Every place of every piece, in the order of time. */
function searchAll(runs: Run[], pieces: Piece[]): Place[][] {
  const found: Place[][] = pieces.map(() => []);
  const none = new Float32Array(1);
  for (let index = 0; index < pieces.length; index += 2) {
    const pair = pieces.slice(index, index + 2);
    for (const [run, { search, samples, startedAt }] of runs.entries()) {
      for (const [offset, matches] of search
        .find([pair[0]?.narrow ?? none, pair[1]?.narrow ?? none], 0.5)
        .entries()) {
        const piece = pair[offset];
        if (!piece) continue;
        const places = matches.map(({ at }) => ({
          run,
          atMs: startedAt + (at * 1_000) / narrowHz,
          likeness: likenessNear(samples, at * narrowing, piece.samples),
        }));
        found[index + offset]?.push(...places);
      }
    }
  }
  return found;
}

/** Correlation, at the best of the samples around a place. */
function likenessNear(heard: Int16Array, at: number, piece: Int16Array): number {
  let best = 0;
  for (let from = Math.max(0, at - narrowing); from <= at + narrowing; from++) {
    let [product, there, own] = [0, 0, 0];
    for (let n = 0; n < piece.length; n++) {
      const [a, b] = [heard[from + n] ?? 0, piece[n] ?? 0];
      product += a * b;
      there += a * a;
      own += b * b;
    }
    best = Math.max(best, product / Math.sqrt(there * own || 1));
  }
  return best;
}

function noise(seed: number): Int16Array {
  const random = seeded(seed + 1);
  return Int16Array.from({ length: (rateHz * pieceMs * piecesPerSentence) / 1_000 }, () =>
    Math.round((random() - 0.5) * 16_000),
  );
}

function pieceOf(sound: Int16Array, index: number): Piece {
  const of = <Samples extends Int16Array | Float32Array>(all: Samples, hz: number): Samples => {
    const length = (hz * pieceMs) / 1_000;
    return all.slice(index * length, (index + 1) * length) as Samples;
  };
  return { samples: of(sound, rateHz), narrow: of(narrowSound(sound), narrowHz) };
}

function samplesOf(pcm: Buffer[]): Int16Array {
  const bytes = Buffer.concat(pcm);
  return new Int16Array(bytes.buffer, bytes.byteOffset, Math.floor(bytes.byteLength / 2));
}

async function startPulse(t: Test): Promise<PulseServer> {
  const pulse = await PulseServer.start(t);
  for (const [name, value] of Object.entries(pulse.env)) {
    const before = process.env[name];
    process.env[name] = value;
    t.teardown(() => {
      if (before === undefined) delete process.env[name];
      else process.env[name] = before;
    });
  }
  return pulse;
}
