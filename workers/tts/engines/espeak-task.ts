import load from '@echogarden/espeak-ng-emscripten';
import type { EspeakWorker } from '@echogarden/espeak-ng-emscripten';
import type { Sound, SpeechRequest } from '../engine.ts';
import { Leveller } from '../loudness/leveller.ts';
import { measureWaveform, trimSilence } from '../waveform.ts';
import { handOver } from './thread-pool.ts';

/** What a thread is asked for. `fallbackVoice` speaks when `voice` is not one of espeak's. */
export interface EspeakTask extends SpeechRequest {
  fallbackVoice: string;
}

/** `voiceKnown`: false when the fallback spoke, or tried to. */
export interface EspeakResult extends Sound {
  voiceKnown: boolean;
}

const wordsPerMinute = 175;
const leadMs = 30;
const tailMs = 120;
/** An instance's memory was seen to stay flat, but setting the voice leaks a little; the memory of old instances is freed late. */
const tasksPerInstance = 20_000;
const voicesPerInstance = 1_000;

interface Instance {
  espeak: EspeakWorker;
  tasks: number;
  voices: number;
  voice: string;
  voiceKnown: boolean;
}

let instance: Instance | undefined;
const leveller = new Leveller();

/** Runs in a thread of the pool, one task at a time; the instance belongs to the thread. */
export default async function synthesise(task: EspeakTask): Promise<EspeakResult> {
  if (!instance || instance.tasks >= tasksPerInstance || instance.voices >= voicesPerInstance) {
    instance = await openInstance();
  }
  instance.tasks += 1;
  const { espeak } = instance;
  setVoice(instance, task);
  espeak.set_rate(Math.round(wordsPerMinute * task.speed));
  const sampleRateHz = espeak.get_samplerate();
  const spoken = trimSilence(collect(espeak, task.text), { sampleRateHz, leadMs, tailMs });
  // As the engine gave it: made louder, nothing would look like a failure any more.
  const figures = measureWaveform(spoken, sampleRateHz);
  const { voiceKnown } = instance;
  const voice = voiceKnown ? task.voice : task.fallbackVoice;
  const samples = leveller.level(spoken, { sampleRateHz, voice, loudness: task.loudness });
  const pcm = new Uint8Array(samples.buffer);
  return handOver({ pcm, sampleRateHz, figures, voiceKnown }, samples.buffer);
}

async function openInstance(): Promise<Instance> {
  const { eSpeakNGWorker } = await load();
  return { espeak: await new eSpeakNGWorker(), tasks: 0, voices: 0, voice: '', voiceKnown: true };
}

function setVoice(current: Instance, { voice, fallbackVoice }: EspeakTask): void {
  if (current.voice === voice) return;
  current.voice = voice;
  current.voices += 1;
  current.voiceKnown = current.espeak.set_voice(voice) === 0;
  if (!current.voiceKnown) current.espeak.set_voice(fallbackVoice);
}

function collect(espeak: EspeakWorker, text: string): Int16Array {
  const pieces: Int16Array[] = [];
  espeak.synthesize(text, (piece) => {
    if (piece) pieces.push(piece);
    return false;
  });
  const whole = new Int16Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}
