/**
 * What went wrong with a model, as far as it matters for what to do next. `refused`: 4xx that no waiting mends for a while (key, model,
 * address); `rejected`: 4xx about this request; `busy`: 429; `server`: 5xx or an error within the answer; `garbage`: not what was agreed on;
 * `empty`: an answer without a word in it; `filtered`: the server held the answer back.
 */
export const modelFaults = [
  'unreachable',
  'refused',
  'rejected',
  'busy',
  'server',
  'garbage',
  'cut-off',
  'empty',
  'filtered',
  'connect-timeout',
  'first-token-timeout',
  'gap-timeout',
  'total-timeout',
] as const;
export type ModelFault = (typeof modelFaults)[number];

/** A model failed; `retryAfterMs` is what it asked for. */
export class ModelError extends Error {
  override name = 'ModelError';
  readonly code: ModelFault;
  readonly retryAfterMs: number;

  constructor(
    code: ModelFault,
    message: string,
    { retryAfterMs = 0, cause }: { retryAfterMs?: number; cause?: unknown } = {},
  ) {
    super(message, { cause });
    this.code = code;
    this.retryAfterMs = retryAfterMs;
  }
}
