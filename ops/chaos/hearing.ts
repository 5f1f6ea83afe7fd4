import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import { outputRateHz } from '../../workers/audio/format.ts';
import { resample, resampledLength } from '../../workers/audio/resample.ts';
import { narrowing, narrowSound } from './narrow-sound.ts';
import { findRecordings } from './recorded-sound.ts';
import type { Sentence } from './sentences.ts';
import { SoundSearch } from './sound-search.ts';

/** What was listened for in the recordings of a run. */
export interface Hearing {
  sentences: number;
  /** Heard from beginning to end at least once. What a fault has cut in two is not. */
  heard: number;
  /** Sentences heard more often than the ledger says. */
  twice: { room: string; text: string; heard: number; expected: number }[];
  /** There was no time to listen to everything. */
  isComplete: boolean;
}

const headerBytes = 44;
const stretchMs = 240_000;
/** Shorter sounds are part of too many others. */
const leastMs = 600;
/** Of 1: worth a closer look, and surely it. A sentence with one other word in it is below the second. */
const likeness = { candidate: 0.7, certain: 0.95 };

interface Pattern extends Sentence {
  /** At the rate of the recording. */
  wide: Float32Array;
  narrow: Float32Array;
  heard: number;
}

/**
 * Counts how often each sentence is heard in the recordings of its room. A repeated piece of a sentence, as after the death of the
 * audio child, is not the sentence. Stops listening after `withinMs`: what was counted until then stands.
 */
export async function listen(home: string, sentences: Sentence[], withinMs: number): Promise<Hearing> {
  const deadline = performance.now() + withinMs;
  const patterns = sentences.map(toPattern).filter(({ wide }) => wide.length >= samplesIn(leastMs));
  let isComplete = true;
  for (const [room, own] of Map.groupBy(patterns, (pattern) => pattern.room)) {
    for (const { file } of findRecordings(home, room)) {
      const reach = Math.max(...own.map(({ wide }) => wide.length)) + narrowing * 4;
      for (const stretch of stretchesOf(file, reach)) {
        const search = new SoundSearch(narrowSound(stretch.samples));
        for (let index = 0; index < own.length; index += 2) {
          await setImmediate();
          if (performance.now() > deadline) {
            isComplete = false;
            break;
          }
          listenForTwo(own.slice(index, index + 2), search, stretch);
        }
      }
    }
  }
  return {
    sentences: patterns.length,
    heard: patterns.filter(({ heard }) => heard > 0).length,
    twice: patterns
      .filter(({ heard, expected }) => heard > expected)
      .map(({ room, text, heard, expected }) => ({ room, text, heard, expected })),
    isComplete,
  };
}

function toPattern(sentence: Sentence): Pattern {
  const { pcm, sampleRateHz } = sentence.sound;
  const longest = SoundSearch.maxLength * narrowing;
  const wide = new Float32Array(Math.min(resampledLength(pcm.length, sampleRateHz), longest));
  resample(pcm, sampleRateHz, 0, wide);
  return { ...sentence, wide, narrow: narrowSound(wide), heard: 0 };
}

interface Stretch {
  samples: Int16Array;
  /** What begins later is of the next one. */
  own: number;
}

/** A recording in pieces that fit into memory, each reaching into the next so that no sentence is cut. */
function* stretchesOf(file: string, reach: number): Generator<Stretch> {
  const fd = openSync(file, 'r');
  try {
    const total = Math.max(0, Math.floor((fstatSync(fd).size - headerBytes) / 2));
    const own = samplesIn(stretchMs);
    for (let from = 0; from < total; from += own) {
      const samples = new Int16Array(Math.min(own + reach, total - from));
      readSync(fd, samples, 0, samples.byteLength, headerBytes + from * 2);
      yield { samples, own };
    }
  } finally {
    closeSync(fd);
  }
}

function listenForTwo([first, second]: Pattern[], search: SoundSearch, stretch: Stretch): void {
  if (!first) return;
  const found = search.find([first.narrow, second?.narrow ?? new Float32Array(0)], likeness.candidate);
  for (const [index, pattern] of [first, second].entries()) {
    for (const { at } of found[index] ?? []) {
      if (at * narrowing < stretch.own && isThere(pattern, stretch.samples, at * narrowing)) {
        if (pattern) pattern.heard += 1;
      }
    }
  }
}

/** Whether the sound is there sample for sample, give or take where exactly it begins. */
function isThere(pattern: Pattern | undefined, samples: Int16Array, near: number): boolean {
  if (!pattern) return false;
  for (let at = Math.max(0, near - 2 * narrowing); at <= near + 2 * narrowing; at++) {
    if (compare(pattern.wide, samples, at) >= likeness.certain) return true;
  }
  return false;
}

function compare(sound: Float32Array, samples: Int16Array, at: number): number {
  let product = 0;
  let own = 0;
  let there = 0;
  for (let index = 0; index < sound.length; index++) {
    const a = sound[index] ?? 0;
    const b = samples[at + index] ?? 0;
    product += a * b;
    own += a * a;
    there += b * b;
  }
  return own === 0 || there === 0 ? 0 : product / Math.sqrt(own * there);
}

function samplesIn(durationMs: number): number {
  return (durationMs * outputRateHz) / 1_000;
}
