import { pino } from 'pino';
import type { Test } from 'tap';
import { ttsSchema } from '../../../../protocol/tts-config.ts';
import type { TtsEngineConfig } from '../../../../protocol/tts-config.ts';
import type { Endpoint, Engine, SpeakOptions } from '../../../../workers/tts/endpoint.ts';
import { openEngines } from '../../../../workers/tts/engines/open-engines.ts';

export const never = new AbortController().signal;

/** Opens engines from what an operator would write. */
export function openConfigured(t: Test, engines: readonly object[], project?: string): Engine[] {
  const log = pino({ level: 'silent' });
  const config: { engines: TtsEngineConfig[] } = ttsSchema.parse({ engines });
  const opened = openEngines(config, { log, ...(project === undefined ? {} : { project }) });
  t.teardown(async () => {
    for (const { endpoints } of opened)
      for (const endpoint of endpoints) await endpoint[Symbol.asyncDispose]();
  });
  return opened;
}

/** The endpoint of a single engine with a single address. */
export function openEndpoint(t: Test, engine: object, project?: string): Endpoint {
  const [endpoint] = openConfigured(t, [engine], project)[0]?.endpoints ?? [];
  if (!endpoint) throw new Error('No endpoint was opened');
  return endpoint;
}

export const say = (text = '你好，欢迎光临。', voice = '') => ({ text, voice, speed: 1 });

export function how({ signal = never, ...draw }: Partial<SpeakOptions & SpeakOptions['draw']> = {}) {
  return {
    draw: { seed: 7, safer: false, streamed: true, ...draw },
    signal,
    onFirstByte: () => undefined,
  };
}

/** What a rejected promise was rejected with. */
export async function reasonOf(promise: Promise<unknown>): Promise<unknown> {
  return await promise.then(
    () => undefined,
    (error: unknown) => error,
  );
}
