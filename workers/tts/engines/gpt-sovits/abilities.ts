import { ask, isInnerFault } from '../../http/ask.ts';
import type { HttpLink, LinkOptions } from '../../http/http-link.ts';

/** What an instance of GPT-SoVITS can do, as its own description tells. */
export type Abilities =
  /** `tokens`: sound while a sentence is still being made (streaming modes 2 and 3, asked for by number). */
  | { kind: 'api-v2'; tokens: boolean }
  /** The older api.py. */
  | { kind: 'api-v1' }
  | { kind: 'other' };

/**
 * Asks for `/openapi.json`; undefined when there is none, or the server fails to write it, as some pairs of FastAPI and pydantic do. Throws
 * EngineError, or the signal's reason.
 */
export async function readDescription(link: HttpLink, options: LinkOptions): Promise<unknown> {
  try {
    return (await ask(link, { method: 'GET', route: '/openapi.json' }, options)).json;
  } catch (error) {
    if (isInnerFault(error)) return undefined;
    throw error;
  }
}

/**
 * Reads `/openapi.json`, which FastAPI writes from the source of the server, so that it cannot be out of date. Modes 2 and 3 came together with
 * `min_chunk_length`; before that `streaming_mode` was a bool, and a number for it is answered with 422.
 */
export function readAbilities(openapi: unknown): Abilities {
  const paths = field(openapi, 'paths');
  if (field(paths, '/tts') === undefined)
    return field(paths, '/') === undefined ? { kind: 'other' } : { kind: 'api-v1' };
  const schema = field(field(field(openapi, 'components'), 'schemas'), 'TTS_Request');
  const properties = field(schema, 'properties');
  const tokens =
    field(properties, 'min_chunk_length') !== undefined &&
    field(field(properties, 'streaming_mode'), 'type') !== 'boolean';
  return { kind: 'api-v2', tokens };
}

function field(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
  return (value as Record<string, unknown>)[name];
}
