import type { ReplyConfig } from '../../../protocol/config.ts';
import { delay } from '../../delay.ts';
import type { Logger } from '../../logger.ts';
import type { DailyUse } from '../model/budget.ts';
import { dayOf } from '../model/budget.ts';
import type { SpareAnswer, SpareWriter } from '../model/spare-writer.ts';
import type { WordFilter } from '../wording.ts';
import { WordingJudge } from './judge-wording.ts';
import { lineKey } from './line-key.ts';
import { plainLine } from './plain-line.ts';
import { readWording, rewriteBody } from './rewrite-request.ts';
import { gapMs, isShareUsed, waitAfter } from './rewrite-pace.ts';
import type { WordingStore } from './wording-store.ts';
import type { TableFigures } from './wording-table.ts';
import { WordingTable } from './wording-table.ts';

export interface RewriterOptions {
  config: Pick<ReplyConfig, 'idle' | 'director' | 'model'>;
  words: WordFilter;
  writer: Pick<SpareWriter, 'write'>;
  store: Pick<WordingStore, 'read' | 'write'>;
  log: Pick<Logger, 'debug' | 'info' | 'warn'>;
  /** Hears of every change. */
  onFigures?: (figures: RewriterFigures) => void;
  random?: () => number;
}

export interface RewriterFigures extends TableFigures {
  requests: number;
  /** By reason, since the process began. */
  rejected: Readonly<Record<string, number>>;
}

/** Between two looks of those who only say what another process writes. */
const lookEveryMs = 30_000;
/** Before the bucket is asked again. */
const retryMs = 2_000;
/** At keeping, while others do so too. */
const maxAttempts = 5;

/**
 * Other wordings of the lines of scripts, ahead of time: one process writes them, asking the model while no viewer needs it, and all
 * processes say them. What is kept outlives them all.
 */
export class Rewriter {
  readonly #options: Required<Omit<RewriterOptions, 'onFigures'>> & Pick<RewriterOptions, 'onFigures'>;
  readonly #judge: WordingJudge;
  readonly #table: WordingTable;
  readonly #rejected: Record<string, number> = {};
  #use: DailyUse = { day: '', requests: 0, tokens: 0 };
  #askedAt = 0;
  #requests = 0;
  #failures = 0;

  constructor(options: RewriterOptions) {
    const { config, words } = options;
    const { perLine, maxRejected } = config.director.rewrites;
    this.#options = { random: Math.random, ...options };
    const judge = new WordingJudge({ model: config.model, words });
    this.#judge = judge;
    this.#table = new WordingTable({
      idle: config.idle,
      perLine,
      maxRejected,
      keyOf: (line) => lineKey(line, config.model.persona),
      isUsable: (text, line) => judge.isUsable(text, line),
    });
  }

  /** Of a line of a script; see `IdleDirectorOptions`. */
  readonly wordings = (script: string, line: number): readonly string[] => this.#table.of(script, line);

  get figures(): RewriterFigures {
    return { ...this.#table.figures, requests: this.#requests, rejected: { ...this.#rejected } };
  }

  /** Says what others have written, until the signal says stop. Never throws. */
  async follow(signal: AbortSignal): Promise<void> {
    do {
      try {
        const kept = await this.#options.store.read();
        if (kept) this.#table.adopt(kept);
        this.#tell();
      } catch (error) {
        if (signal.aborted) return;
        this.#options.log.debug({ err: error }, 'no word of the wordings that are kept');
      }
    } while (await delay(lookEveryMs, signal));
  }

  /** Writes wordings until there are enough of each line, or the signal says stop. Never throws. To be called in one process only. */
  async run(signal: AbortSignal): Promise<void> {
    const { log, random, config } = this.#options;
    await this.#load(signal);
    let waitMs = this.#askedAt + gapMs(config.director.rewrites) - Date.now();
    while ((waitMs <= 0 || (await delay(waitMs, signal))) && !signal.aborted) {
      const task = this.#table.next();
      if (!task) {
        log.info(this.figures, 'the lines of the scripts have their wordings');
        return;
      }
      try {
        const answer = await this.#ask(task, signal);
        this.#failures =
          answer.kind === 'failed' ? this.#failures + 1 : answer.kind === 'text' ? 0 : this.#failures;
        if (answer.kind === 'text') this.#judgeOne(task, answer);
        if (answer.kind === 'failed')
          log.info({ detail: answer.detail, failures: this.#failures }, 'no wording of a line, trying later');
        if (answer.tokens > 0) await this.#save(signal);
        const rules = config.director.rewrites;
        waitMs = waitAfter(answer, { failures: this.#failures, rules, random: random() });
      } catch (error) {
        if (signal.aborted) return;
        log.warn({ err: error }, 'the wordings of the scripts cannot be written now, trying later');
        this.#failures += 1;
        const failed = { kind: 'failed', detail: '', retryAfterMs: 0, tokens: 0 } as const;
        waitMs = waitAfter(failed, {
          failures: this.#failures,
          rules: config.director.rewrites,
          random: random(),
        });
      }
    }
  }

  async #ask(
    { line, wordings }: { line: string; wordings: readonly string[] },
    signal: AbortSignal,
  ): Promise<SpareAnswer> {
    const { config, writer } = this.#options;
    const { dailyShare, quietMs } = config.director.rewrites;
    const day = dayOf(Date.now());
    if (this.#use.day !== day) this.#use = { day, requests: 0, tokens: 0 };
    if (isShareUsed(this.#use, config.model.daily, dailyShare))
      return { kind: 'not-now', why: 'budget', tokens: 0 };
    const question = { line: plainLine(line).text, others: wordings };
    const answer = await writer.write(
      { quietMs, bodyFor: (endpoint) => rewriteBody(config.model, endpoint, question) },
      signal,
    );
    if (answer.tokens === 0) return answer;
    this.#requests += 1;
    this.#askedAt = Date.now();
    this.#use.requests += 1;
    this.#use.tokens += answer.tokens;
    return answer;
  }

  #judgeOne(
    { key, line, wordings }: { key: string; line: string; wordings: readonly string[] },
    { text, isCut, beginsThinking, endpoint }: Extract<SpareAnswer, { kind: 'text' }>,
  ): void {
    const { log } = this.#options;
    const wording = readWording(text, beginsThinking);
    const rejection = isCut
      ? ({ reason: 'cut off', detail: '' } as const)
      : this.#judge.object(wording, line, wordings);
    if (!rejection) {
      this.#table.keep(key, wording);
      log.debug({ line, wording, endpoint }, 'a line has one more wording');
    } else {
      const { reason, detail } = rejection;
      this.#rejected[reason] = (this.#rejected[reason] ?? 0) + 1;
      const isLeft = this.#table.reject(key);
      log.debug(
        { line, wording: wording.slice(0, 400), reason, detail, endpoint },
        'a wording that is not used',
      );
      if (isLeft) log.info({ line, reason, detail }, 'a line gets no more wordings until it is changed');
    }
    this.#tell();
  }

  /** Until it is known, nothing is written over it. */
  async #load(signal: AbortSignal): Promise<void> {
    const { log } = this.#options;
    for (let tries = 0; !signal.aborted; tries++) {
      try {
        const isOutdated = await this.#read();
        this.#tell();
        if (isOutdated) await this.#save(signal);
        return;
      } catch (error) {
        if (tries === 0 && !signal.aborted) log.warn({ err: error }, 'no word of the wordings that are kept');
        await delay(retryMs, signal);
      }
    }
  }

  /** True when there is something in it that is not wanted any more. */
  async #read(): Promise<boolean> {
    const kept = await this.#options.store.read();
    if (!kept) return false;
    if (kept.use.day === dayOf(Date.now()) && kept.use.requests >= this.#use.requests) this.#use = kept.use;
    this.#askedAt = Math.max(this.#askedAt, kept.askedAt);
    return this.#table.adopt(kept);
  }

  /** What could not be kept now is kept with the next. */
  async #save(signal: AbortSignal): Promise<void> {
    const { store, log } = this.#options;
    for (let attempt = 1; ; attempt++) {
      try {
        return await store.write(this.#table.view({ use: this.#use, askedAt: this.#askedAt }));
      } catch (error) {
        if (signal.aborted) return;
        if (attempt === maxAttempts) throw error;
        log.debug({ err: error, attempt }, 'the wordings were kept by somebody else, or not at all');
        await this.#read();
      }
    }
  }

  #tell(): void {
    this.#options.onFigures?.(this.figures);
  }
}
