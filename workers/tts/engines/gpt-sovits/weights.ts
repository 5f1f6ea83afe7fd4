import { ConfigurationError } from '../../../../protocol/configuration-error.ts';
import type { ConfigurationProblem } from '../../../../protocol/configuration-error.ts';
import { EngineError } from '../../endpoint.ts';
import { readMessage } from '../../http/answer-fault.ts';
import { ask } from '../../http/ask.ts';
import type { HttpLink, LinkOptions } from '../../http/http-link.ts';
import type { GptSovitsVoice } from './request.ts';

const kinds = [
  { field: 'gptWeights', route: '/set_gpt_weights' },
  { field: 'sovitsWeights', route: '/set_sovits_weights' },
] as const;
type Field = (typeof kinds)[number]['field'];

/**
 * Which weights an instance has loaded. Setting them exchanges the model under whatever runs there, takes seconds, and is written into the
 * server's own configuration; so it happens only where nothing of ours is in flight, and only when they are others.
 */
export class Weights {
  readonly #link: HttpLink;
  readonly #loaded = new Map<Field, string>();

  constructor(link: HttpLink) {
    this.#link = link;
  }

  /** Whoever restarted the server may have given it others. */
  forget(): void {
    this.#loaded.clear();
  }

  /** Returns whether anything had to be loaded. Throws EngineError, `refused` when the server could not load them, or the signal's reason. */
  async load(voice: GptSovitsVoice, options: LinkOptions): Promise<boolean> {
    let isChanged = false;
    for (const { field, route } of kinds) {
      const wanted = voice[field];
      if (wanted === '' || this.#loaded.get(field) === wanted) continue;
      // Given up half-way, nobody knows which are loaded.
      this.#loaded.delete(field);
      const request = { method: 'GET', route, query: { weights_path: wanted } } as const;
      const { status, text, json } = await ask(this.#link, request, options);
      if (status !== 200 || !isSuccess(json))
        throw new EngineError(
          'refused',
          `${this.#link.describe(request)} answered ${status}: ${readMessage(text)}`,
          {
            status: status === 200 ? 400 : status,
          },
        );
      this.#loaded.set(field, wanted);
      isChanged = true;
    }
    return isChanged;
  }
}

/** Weights of one voice stay loaded for the next, and there is no way back to those that the server started with: all voices name theirs or none. */
export function assertWeights(voices: readonly GptSovitsVoice[], path: string): void {
  const problems: ConfigurationProblem[] = [];
  for (const { field } of kinds) {
    if (voices.every((voice) => voice[field] === '')) continue;
    for (const [index, voice] of voices.entries())
      if (voice[field] === '')
        problems.push({
          path: `${path}.voices[${index}].${field}`,
          message: 'must be given, since another voice of this engine has its own',
        });
  }
  if (problems.length > 0) throw new ConfigurationError(problems);
}

function isSuccess(json: unknown): boolean {
  return typeof json === 'object' && json !== null && 'message' in json && json.message === 'success';
}
