/**
 * Why a sound must not be heard. `sentinel`: the marks by which GPT-SoVITS tells an error as a success: 16,000 zeros alone, or behind what
 * it had. `no-sound`: nothing, or hardly a sample. `wrong-rate`: no rate of sound, another than was agreed on or than the utterance began
 * with, or speech that is high and hurried, or low and slow, as only a wrong label makes it. `nan-silence`: zeros only. `silent`: nothing
 * that anybody hears. `blank-inside`: a hole that no speaker leaves. `too-short`, `too-long`: for this text, from this voice. `swallowed`:
 * too few syllables. `prefixed`: too many, and the time that they take. `repeated`: all of it twice. `loop`: a piece over and over, or a
 * sound that is held. `clipped`, `dc`: damaged. `noise`: no speech.
 */
export const gateReasons = [
  'sentinel',
  'no-sound',
  'wrong-rate',
  'nan-silence',
  'silent',
  'blank-inside',
  'too-short',
  'too-long',
  'swallowed',
  'prefixed',
  'repeated',
  'loop',
  'clipped',
  'dc',
  'noise',
] as const;
export type GateReason = (typeof gateReasons)[number];

/**
 * What was mended. `wrap`: loudest samples that had come out with the opposite sign. `zero-tail`: zeros that the engine puts behind each
 * piece. `noise-tail`: a burst behind the last word. `lead`, `tail`: silence around the speech. `fade`: an edge that would have clicked.
 */
export const gateRepairs = ['wrap', 'zero-tail', 'noise-tail', 'lead', 'tail', 'fade'] as const;
export type GateRepair = (typeof gateRepairs)[number];
