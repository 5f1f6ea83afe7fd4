import load from '@echogarden/espeak-ng-emscripten';
import type { EspeakWorker } from '@echogarden/espeak-ng-emscripten';
import type { RawSound } from './endpoint.ts';
import type { Sound } from './engine.ts';
import { handOver } from './engines/thread-pool.ts';
import type { GateReason, GateRepair } from './gate/gate-reason.ts';
import { judgeSound } from './gate/judge-sound.ts';
import type { ExpectedSpeech } from './gate/judge-sound.ts';
import type { Heard } from './gate/voice-profile.ts';
import { Leveller } from './loudness/leveller.ts';
import type { Loudness } from './loudness/leveller.ts';
import { measureWaveform } from './waveform.ts';

/** Text for the embedded voice. `fallbackVoice` speaks when `voice` is not one of espeak's. */
export interface EspeakTask {
  kind: 'espeak';
  text: string;
  voice: string;
  fallbackVoice: string;
  speed: number;
}

/** A sound of any engine, to be judged, mended and made as loud as all others. */
export interface FinishTask {
  kind: 'finish';
  raw: RawSound;
  expected: ExpectedSpeech;
  loudness: Loudness;
  /** What is known of its loudness is kept by this name. */
  voiceName: string;
  /** Mended and levelled whatever the verdict; for a voice that makes no mistakes of the kind that the verdict is about. */
  isTrusted: boolean;
}

export type VoiceTask = EspeakTask | FinishTask;

/** `voiceKnown`: false when the fallback spoke, or tried to. */
export interface EspeakResult extends RawSound {
  kind: 'espeak';
  voiceKnown: boolean;
}

/** `sound` is there when it may be heard. */
export interface FinishResult {
  kind: 'finish';
  reasons: GateReason[];
  repairs: GateRepair[];
  score: number;
  heard: Heard;
  sound: Sound | undefined;
}

export type VoiceResult = EspeakResult | FinishResult;

const wordsPerMinute = 175;
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

/** Runs in a thread of the pool, one task at a time; the voice's instance belongs to the thread. */
export default async function work(task: VoiceTask): Promise<VoiceResult> {
  switch (task.kind) {
    case 'espeak':
      return await speak(task);
    case 'finish':
      return finish(task);
  }
}

async function speak(task: EspeakTask): Promise<EspeakResult> {
  if (!instance || instance.tasks >= tasksPerInstance || instance.voices >= voicesPerInstance)
    instance = await openInstance();
  instance.tasks += 1;
  const { espeak } = instance;
  setVoice(instance, task);
  espeak.set_rate(Math.round(wordsPerMinute * task.speed));
  const samples = collect(espeak, task.text);
  const sampleRateHz = espeak.get_samplerate();
  const { voiceKnown } = instance;
  return handOver({ kind: 'espeak', samples, sampleRateHz, voiceKnown }, samples.buffer);
}

function finish({ raw, expected, loudness, voiceName, isTrusted }: FinishTask): FinishResult {
  const { verdict, reasons, repairs, score, heard, samples: mended } = judgeSound(raw, expected);
  const judged = { kind: 'finish' as const, reasons, repairs, score, heard };
  if (verdict === 'reject' && !isTrusted) return { ...judged, sound: undefined };
  const { sampleRateHz } = raw;
  // As the engine gave it: made louder, nothing would look like a failure any more.
  const figures = measureWaveform(mended, sampleRateHz);
  const samples = leveller.level(mended, { sampleRateHz, voice: voiceName, loudness });
  const pcm = new Uint8Array(samples.buffer);
  return handOver({ ...judged, sound: { pcm, sampleRateHz, figures } }, samples.buffer);
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

function collect(espeak: EspeakWorker, text: string): Int16Array<ArrayBuffer> {
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
