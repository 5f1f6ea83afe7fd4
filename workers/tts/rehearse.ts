import { decode, encode } from '../../protocol/codec.ts';
import { segmentId } from '../../protocol/ids.ts';
import type { Segment } from '../../protocol/speech.ts';
import { headersOf } from '../message-headers.ts';
import { chunkSound } from './audio-chunks.ts';
import type { Sound } from './engine.ts';
import { triage } from './triage.ts';
import { judgeWaveform } from './waveform-verdict.ts';

/**
 * Treats a made-up segment up to the bus, so that the first real one waits for nothing to be compiled: the codec is generated, and
 * the patterns of whole scripts are built, when they are first used.
 */
export function rehearse(): void {
  const text = '欢迎来到直播间[比心]，今天的 3 样宝贝39.9元，19:30开抢。Hello 😀';
  const segment: Segment = {
    id: segmentId('rehearsal', 0),
    room: 'rehearsal',
    utteranceId: 'rehearsal',
    index: 0,
    last: true,
    text,
    priority: 'normal',
    voice: '',
    causes: [{ eventId: 'rehearsal', kind: 'chat', paid: false, merged: false }],
    createdAt: 0,
    expiresAt: 0,
    script: [text],
    idleScript: '',
  };
  const heard = decode(encode('segment', segment));
  if (heard.type !== 'segment') throw new Error(`A segment came back as ${heard.type}`);
  const decision = triage(heard.body, { now: 0, deliveries: 1, stopping: false });
  if (decision.kind === 'missing') throw new Error(`An ordinary segment is ${decision.reason}`);
  const figures = { durationMs: 5_000, peak: 0.5 };
  judgeWaveform(figures, { text: decision.text, speed: 1 });
  const sound: Sound = { pcm: new Uint8Array(2), sampleRateHz: 22_050, figures };
  for (const chunk of chunkSound(segment, sound, { rendition: 'rehearsal', engine: 'rehearsal' })) {
    headersOf('chunk', chunk);
    decode(encode('chunk', chunk));
  }
}
