import type { ServerResponse } from 'node:http';
import { pino } from 'pino';
import type { Test } from 'tap';
import { VoicePool } from '../../../../../workers/tts/voice-pool.ts';
import { makeWav } from '../../make-wav.ts';
import type { TestServer } from '../../open-server.ts';
import { openFakeSovits } from './fake-sovits.ts';
import type { Behaviour } from './fake-sovits.ts';

export interface SpeakingSovits extends TestServer {
  /** Texts that it was asked to say, in order. */
  texts: string[];
  /** Settles when it has been asked for that text, now or before. */
  askedFor: (text: string) => Promise<void>;
}

const never = new AbortController().signal;

/** The wire of GPT-SoVITS's api_v2.py with real speech behind it, unless `tts` answers something else and says so. */
export async function openSpeakingSovits(
  t: Test,
  {
    tts = () => false,
    port = 0,
    ...behaviour
  }: Partial<Omit<Behaviour, 'tts'>> & {
    tts?: (answer: ServerResponse, text: string) => boolean;
    port?: number;
  } = {},
): Promise<SpeakingSovits> {
  const pool = new VoicePool({ threads: { min: 1, max: 1 }, log: pino({ level: 'silent' }) });
  t.teardown(async () => await pool[Symbol.asyncDispose]());
  const texts: string[] = [];
  const waiting = new Map<string, PromiseWithResolvers<void>>();
  const said = (text: string) => {
    const known = waiting.get(text) ?? Promise.withResolvers<void>();
    waiting.set(text, known);
    return known;
  };
  const answerWith = async (answer: ServerResponse, text: string) => {
    const task = { text, voice: 'cmn', fallbackVoice: 'cmn', speed: 1 };
    const { samples, sampleRateHz } = await pool.speak(task, never);
    answer.writeHead(200, { 'content-type': 'audio/wav' });
    answer.end(makeWav(new Uint8Array(samples.buffer), { sampleRateHz }));
  };
  const server = await openFakeSovits(
    t,
    {
      ...behaviour,
      tts(answer, body) {
        const text = String(body['text']);
        texts.push(text);
        said(text).resolve();
        // One that is ended meanwhile says nothing more.
        if (!tts(answer, text)) answerWith(answer, text).catch(() => answer.destroy());
      },
    },
    port,
  );
  return { ...server, texts, askedFor: async (text) => await said(text).promise };
}
