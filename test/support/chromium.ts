import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, constants, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import type { Test } from 'tap';

interface Answer {
  id?: number;
  result?: Record<string, unknown>;
  error?: { message: string };
}

const closeMs = 5_000;

/** A real browser without a window, as OBS has one: it may play sound without a click. Spoken to over a pipe (CDP). */
export class Chromium {
  readonly #process: ChildProcess;
  readonly #to: Writable;
  readonly #waiting = new Map<number, PromiseWithResolvers<Record<string, unknown>>>();
  #count = 0;
  #session = '';

  private constructor(process: ChildProcess) {
    this.#process = process;
    const [, , , to, from] = process.stdio;
    this.#to = to as Writable;
    this.#to.on('error', () => undefined);
    this.#listen(from as Readable);
  }

  /**
   * Opens a page; throws, and says what to do, where there is no Chromium. `args` are for the browser, `before` runs in the page ahead
   * of its own scripts.
   */
  static async open(t: Test, url: string, { args = [] as string[], before = '' } = {}): Promise<Chromium> {
    const profile = mkdtempSync(join(tmpdir(), 'onair-chromium-'));
    const child = spawn(
      findChromium(),
      [
        '--headless=new',
        '--no-sandbox',
        '--disable-gpu',
        '--disable-dev-shm-usage',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-extensions',
        '--no-first-run',
        '--autoplay-policy=no-user-gesture-required',
        '--remote-debugging-pipe',
        `--user-data-dir=${profile}`,
        ...args,
        'about:blank',
      ],
      { stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'], detached: true },
    );
    const browser = new Chromium(child);
    t.teardown(async () => {
      await browser.close();
      rmSync(profile, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 });
    });
    await browser.#open(url, before);
    return browser;
  }

  /** The value of an expression in the page, a promise's when it is one. */
  async evaluate<Value>(expression: string): Promise<Value> {
    const { result, exceptionDetails } = (await this.send('Runtime.evaluate', {
      expression,
      returnByValue: true,
      awaitPromise: true,
    })) as { result: { value: Value }; exceptionDetails?: unknown };
    if (exceptionDetails) throw new Error(JSON.stringify(exceptionDetails));
    return result.value;
  }

  /** Waits until an expression in the page is true; looked at with each of its frames. */
  async until(expression: string): Promise<void> {
    await this.evaluate(`new Promise((resolve) => {
      const look = () => { if (${expression}) resolve(true); else setTimeout(look, 20); };
      look();
    })`);
  }

  async send(method: string, params: Record<string, unknown> = {}): Promise<Record<string, unknown>> {
    const id = ++this.#count;
    const answer = Promise.withResolvers<Record<string, unknown>>();
    this.#waiting.set(id, answer);
    const session = this.#session === '' ? {} : { sessionId: this.#session };
    this.#to.write(`${JSON.stringify({ id, method, params, ...session })}\0`);
    return await answer.promise;
  }

  /** Lets it end with all its helpers, which write into the profile until they are gone; by force when it takes long. */
  async close(): Promise<void> {
    const { pid, exitCode, signalCode } = this.#process;
    if (pid === undefined || exitCode !== null || signalCode !== null) return;
    const gone = once(this.#process, 'exit');
    const late = setTimeout(() => process.kill(-pid, 'SIGKILL'), closeMs);
    this.#session = '';
    // The pipe may be closed before the answer.
    await Promise.race([this.send('Browser.close').catch(() => undefined), gone]);
    await gone;
    clearTimeout(late);
  }

  async #open(url: string, before: string): Promise<void> {
    const { targetInfos } = (await this.send('Target.getTargets')) as {
      targetInfos: { targetId: string; type: string }[];
    };
    const page = targetInfos.find(({ type }) => type === 'page');
    const targetId =
      page?.targetId ??
      ((await this.send('Target.createTarget', { url: 'about:blank' })) as { targetId: string }).targetId;
    const { sessionId } = (await this.send('Target.attachToTarget', { targetId, flatten: true })) as {
      sessionId: string;
    };
    this.#session = sessionId;
    await this.send('Page.enable');
    await this.send('Page.addScriptToEvaluateOnNewDocument', { source: before });
    await this.send('Page.navigate', { url });
  }

  #listen(from: Readable): void {
    let rest = '';
    from.setEncoding('utf8').on('data', (text: string) => {
      const parts = (rest + text).split('\0');
      rest = parts.pop() ?? '';
      for (const part of parts) this.#take(JSON.parse(part) as Answer);
    });
    from.on('error', () => undefined);
    from.on('close', () => {
      for (const { reject } of this.#waiting.values()) reject(new Error('The browser ended'));
      this.#waiting.clear();
    });
  }

  #take({ id, result, error }: Answer): void {
    const waiting = id === undefined ? undefined : this.#waiting.get(id);
    if (id === undefined || !waiting) return;
    this.#waiting.delete(id);
    if (error) waiting.reject(new Error(error.message));
    else waiting.resolve(result ?? {});
  }
}

const names = ['chromium', 'chromium-browser', 'google-chrome', 'chromium-headless-shell'];

function findChromium(): string {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  const found = names.flatMap((name) => folders.map((folder) => join(folder, name))).find(isProgram);
  if (found) return found;
  throw new Error(
    'There is no Chromium here, and what a browser plays cannot be tested without one. ' +
      'As root, run: node ops/setup.mjs --dev --force (or: sudo apt-get install chromium)',
  );
}

function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
