import type { ServerResponse } from 'node:http';
import type { Test } from 'tap';
import { makeWav, sawtooth } from '../../make-wav.ts';
import type { Asked, TestServer } from '../../open-server.ts';
import { openServer } from '../../open-server.ts';

export const newApi = {
  paths: { '/tts': {}, '/control': {} },
  components: {
    schemas: {
      TTS_Request: {
        properties: {
          streaming_mode: { anyOf: [{ type: 'boolean' }, { type: 'integer' }] },
          min_chunk_length: { type: 'integer' },
        },
      },
    },
  },
};

export const apiWithoutTokens = {
  paths: { '/tts': {} },
  components: { schemas: { TTS_Request: { properties: { streaming_mode: { type: 'boolean' } } } } },
};

export interface Behaviour {
  /** A number: it fails to tell, with that status. */
  openapi: unknown;
  /** Answers `/tts`; the number counts from 1. */
  tts: (answer: ServerResponse, body: Record<string, unknown>, number: number) => unknown;
  weights: (answer: ServerResponse, path: string) => unknown;
  control: (answer: ServerResponse, path: string) => unknown;
}

export function sendJson(answer: ServerResponse, status: number, json: unknown): void {
  answer.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(json));
}

/** As api_v2.py streams: a header that tells no size, then samples. */
export function startStream(answer: ServerResponse, bytes = 0): void {
  answer.writeHead(200, { 'content-type': 'audio/wav' });
  answer.flushHeaders();
  if (bytes > 0) answer.write(makeWav(sawtooth(bytes / 2), { dataSize: 0 }));
}

export function sendSound(answer: ServerResponse, samples = 2_000, sampleRateHz = 32_000): void {
  answer.writeHead(200, { 'content-type': 'audio/wav' });
  answer.end(makeWav(sawtooth(samples), { sampleRateHz }));
}

/** A server that speaks the wire of GPT-SoVITS's api_v2.py, and does what it is told where that matters. */
export async function openFakeSovits(
  t: Test,
  behaviour: Partial<Behaviour> = {},
  port = 0,
): Promise<TestServer & { spoken: Record<string, unknown>[] }> {
  const {
    openapi = newApi,
    tts = (answer) => sendSound(answer),
    weights = (answer) => sendJson(answer, 200, { message: 'success' }),
    control = (answer) => sendJson(answer, 400, { message: 'command is required' }),
  } = behaviour;
  const spoken: Record<string, unknown>[] = [];
  const server = await openServer(
    t,
    (answer, { path, body }: Asked) => {
      if (path === '/openapi.json' && typeof openapi === 'number') return sendJson(answer, openapi, {});
      if (path === '/openapi.json') return sendJson(answer, openapi ? 200 : 404, openapi ?? {});
      if (path.startsWith('/set_')) return weights(answer, path);
      if (path.startsWith('/control')) return control(answer, path);
      if (path !== '/tts') return sendJson(answer, 404, { detail: 'Not Found' });
      const request: Record<string, unknown> = JSON.parse(Buffer.from(body, 'latin1').toString('utf8'));
      spoken.push(request);
      return tts(answer, request, spoken.length);
    },
    port,
  );
  return { ...server, spoken };
}
