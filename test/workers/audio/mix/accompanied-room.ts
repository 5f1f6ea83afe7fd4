import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Test } from 'tap';
import { HostedRoom } from '../hosted-room.ts';
import { readWav } from '../outputs/wav.ts';
import { strengthOf } from '../fixtures.ts';
import { sine, wavFile } from './wav-file.ts';

const rateHz = 48_000;

/** Hz of the music in its second `n`: it tells where it is. */
export const musicHz = (second: number): number => 500 + 20 * second;
export const musicSeconds = 60;
export const musicAmplitude = 0.5;
export const voiceHz = 3_000;

/** A room with a folder of music: one file that goes up by 20 Hz each second. */
export async function accompaniedRoom(t: Test): Promise<{ room: HostedRoom; folder: string }> {
  const room = await HostedRoom.open(t);
  const folder = join(room.home, 'music');
  mkdirSync(folder);
  let phase = 0;
  const value = (n: number) => {
    phase += (2 * Math.PI * musicHz(Math.floor(n / 44_100))) / 44_100;
    return musicAmplitude * Math.sin(phase);
  };
  const form = { encoding: 'integer', bits: 16, rateHz: 44_100 } as const;
  writeFileSync(
    join(folder, 'up.wav'),
    wavFile({ ...form, channels: [value], samples: musicSeconds * 44_100 }),
  );
  return { room, folder };
}

/** An earcon of 100 ms. */
export function writeEarcon(file: string, hz: number): void {
  const channels = [sine(hz, rateHz, 0.5)];
  writeFileSync(file, wavFile({ encoding: 'float', bits: 32, rateHz, channels, samples: 4_800 }));
}

export interface Heard {
  ms: number;
  /** Amplitude of the voice's tone. */
  voice: number;
  /** Amplitude of the music, whichever second of it. */
  music: number;
  /** Which second of the music is heard. */
  second: number;
}

/** What is in a recording, every 100 ms. */
export function heard(file: string): Heard[] {
  const { samples } = readWav(file);
  const step = rateHz / 10;
  const found: Heard[] = [];
  for (let at = 0; at + step <= samples.length; at += step) {
    const piece = samples.subarray(at, at + step);
    const strengths = Array.from({ length: musicSeconds }, (_, second) =>
      strengthOf(musicHz(second), piece, rateHz),
    );
    const music = Math.max(...strengths);
    const second = strengths.indexOf(music);
    found.push({ ms: (at * 1_000) / rateHz, voice: strengthOf(voiceHz, piece, rateHz), music, second });
  }
  return found;
}
