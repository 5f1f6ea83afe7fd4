import t from 'tap';
import type { GateReason } from '../../../workers/tts/gate/gate-reason.ts';
import type { Heard } from '../../../workers/tts/gate/voice-profile.ts';
import { unknownVoice } from '../../../workers/tts/gate/voice-profile.ts';
import { VoiceKnowledge } from '../../../workers/tts/voice-knowledge.ts';

const name = 'gsv anna';

/** A sentence of so many syllables, each taking so long. */
const heardOf = (syllables: number, perSyllableS = 0.2): Heard => ({
  syllables,
  latin: 0,
  speechS: syllables * perSyllableS,
  nuclei: syllables,
  pitchHz: 200,
});

function note(knowledge: VoiceKnowledge, sampleRateHz: number, ...reasons: GateReason[]): void {
  knowledge.note(name, { reasons, heard: heardOf(10), sampleRateHz });
}

void t.test('of() knows nothing of a voice that was never heard', (t) => {
  t.same(new VoiceKnowledge().of(name), { voice: unknownVoice });
  t.end();
});

void t.test('note() believes a rate after three in a row, and another one after three of those', (t) => {
  const knowledge = new VoiceKnowledge();
  const rate = () => knowledge.of(name).expectedRateHz;
  note(knowledge, 32_000);
  note(knowledge, 32_000);
  t.equal(rate(), undefined);
  note(knowledge, 32_000);
  t.equal(rate(), 32_000);
  // Now the gate refuses another.
  note(knowledge, 48_000, 'wrong-rate');
  note(knowledge, 48_000, 'wrong-rate');
  t.equal(rate(), 32_000);
  note(knowledge, 32_000);
  note(knowledge, 48_000, 'wrong-rate');
  note(knowledge, 48_000, 'wrong-rate');
  t.equal(rate(), 32_000, 'they have to be in a row');
  note(knowledge, 48_000, 'wrong-rate');
  t.equal(rate(), 48_000, 'somebody has loaded another model');
  t.end();
});

void t.test('note() learns no rate from what has none, such as the mark of an error', (t) => {
  const knowledge = new VoiceKnowledge();
  for (let times = 0; times < 2; times++) note(knowledge, 32_000);
  for (let times = 0; times < 5; times++) note(knowledge, 16_000, 'sentinel');
  note(knowledge, 16_000, 'wrong-rate', 'noise');
  t.equal(knowledge.of(name).expectedRateHz, undefined);
  note(knowledge, 32_000);
  t.equal(knowledge.of(name).expectedRateHz, 32_000, 'nor do they interrupt a row');
  t.end();
});

void t.test('note() learns how a voice speaks from what passed, and from nothing else', (t) => {
  const knowledge = new VoiceKnowledge();
  for (const syllables of [6, 12, 9, 15])
    knowledge.note(name, { reasons: [], heard: heardOf(syllables, 0.3), sampleRateHz: 32_000 });
  const { voice } = knowledge.of(name);
  t.equal(voice.heard.length, 4);
  t.ok(Math.abs(voice.tempo.perSyllableS - 0.3) < 0.03, `${voice.tempo.perSyllableS} s`);
  const others: GateReason[][] = [['noise'], ['loop'], ['sentinel'], ['wrong-rate'], ['too-long', 'loop']];
  for (const reasons of others)
    knowledge.note(name, { reasons, heard: heardOf(10, 0.9), sampleRateHz: 32_000 });
  t.equal(knowledge.of(name).voice, voice);
  t.same(knowledge.of('gsv bert'), { voice: unknownVoice }, 'nor of another voice');
  t.end();
});

void t.test('note() doubts what it knows when one length after the other is wrong alike', (t) => {
  const knowledge = new VoiceKnowledge();
  for (const syllables of [6, 12, 9, 15])
    knowledge.note(name, { reasons: [], heard: heardOf(syllables), sampleRateHz: 32_000 });
  const refused = (syllables: number, perSyllableS: number) =>
    knowledge.note(name, {
      reasons: ['too-long'],
      heard: heardOf(syllables, perSyllableS),
      sampleRateHz: 32_000,
    });
  for (const syllables of [5, 10, 15, 20, 25]) refused(syllables, 0.5);
  t.equal(knowledge.of(name).voice.heard.length, 4);
  t.equal(knowledge.of(name).voice.doubts.length, 5);
  note(knowledge, 32_000);
  t.equal(knowledge.of(name).voice.doubts.length, 0, 'what passes takes the doubts away');
  for (const syllables of [5, 10, 15, 20, 25]) refused(syllables, 0.5);
  t.not(knowledge.of(name).voice, unknownVoice);
  refused(8, 0.5);
  t.equal(knowledge.of(name).voice, unknownVoice, 'another voice answers to this name');
  t.end();
});

void t.test('note() forgets the voice that was heard of least lately, when there are too many', (t) => {
  const knowledge = new VoiceKnowledge();
  const hear = (voice: string) =>
    knowledge.note(voice, { reasons: [], heard: heardOf(10), sampleRateHz: 32_000 });
  for (let number = 0; number < 200; number++) hear(`voice ${number}`);
  hear('voice 0');
  hear('voice 200');
  const isKnown = (number: number) => knowledge.of(`voice ${number}`).voice.heard.length > 0;
  t.same([0, 1, 2, 200].map(isKnown), [true, false, true, true]);
  t.end();
});
