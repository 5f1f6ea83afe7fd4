import type { VoiceReport } from '../../protocol/voice-report.ts';
import type { Logger } from '../logger.ts';
import { writeWhole } from './write-whole.ts';

export interface ReportFileOptions {
  file: string;
  read: () => Omit<VoiceReport, 'at'>;
  /** Says when another process speaks: what this one did is of no interest any more. */
  ended: AbortSignal;
  log: Pick<Logger, 'warn'>;
  everyMs?: number;
  now?: () => number;
}

/** Writes what the voice does into a file, when it has changed, at most every two seconds. Never throws; a failure is told once until it passes. */
export class ReportFile implements AsyncDisposable {
  readonly #options: ReportFileOptions;
  readonly #timer: NodeJS.Timeout;
  #written = '';
  #isFailing = false;
  #writing: Promise<void> | undefined;

  constructor(options: ReportFileOptions) {
    this.#options = options;
    this.#timer = setInterval(() => void this.write(), options.everyMs ?? 2_000).unref();
    void this.write();
  }

  /** Returns when it is on disk; a disk that hangs is not asked twice. */
  async write(): Promise<void> {
    if (!this.#options.ended.aborted)
      this.#writing ??= this.#write().finally(() => (this.#writing = undefined));
    await this.#writing;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#timer);
    await this.#writing;
  }

  async #write(): Promise<void> {
    const { file, read, now = Date.now, log } = this.#options;
    try {
      const report = read();
      const text = JSON.stringify(report);
      if (text === this.#written) return;
      await writeWhole(file, `${JSON.stringify({ at: now(), ...report })}\n`);
      this.#written = text;
      this.#isFailing = false;
    } catch (error) {
      if (!this.#isFailing) log.warn({ err: error, file }, 'cannot write what the voice does');
      this.#isFailing = true;
    }
  }
}
