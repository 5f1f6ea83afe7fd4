import { Script, createContext } from 'node:vm';

const limitMs = 100;
/** Without repetition there is nothing that takes long. */
const repeats = /[*+{]/u;

/** Only the call from within a script can be cut short. */
const context = createContext({ run: undefined as (() => boolean) | undefined });
const script = new Script('run()');

/** A regular expression of the configuration over what anybody may write: some of them would take hours over a few dozen letters. */
export class BoundedPattern {
  readonly #pattern: RegExp;

  constructor(source: string) {
    this.#pattern = new RegExp(source, 'u');
  }

  /** Whether one of the texts matches; undefined: it was given up, as it would have held up everybody. */
  matches(texts: readonly string[]): boolean | undefined {
    const run = () => texts.some((text) => this.#pattern.test(text));
    if (!repeats.test(this.#pattern.source)) return run();
    context['run'] = run;
    try {
      return script.runInContext(context, { timeout: limitMs }) as boolean;
    } catch (error) {
      // An Error of the other realm.
      if ((error as { code?: unknown }).code === 'ERR_SCRIPT_EXECUTION_TIMEOUT') return undefined;
      throw error;
    } finally {
      context['run'] = undefined;
    }
  }
}
