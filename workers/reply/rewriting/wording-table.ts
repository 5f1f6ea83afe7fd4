import { z } from 'zod';
import type { IdleScriptConfig } from '../../../protocol/config.ts';
import type { DailyUse } from '../model/budget.ts';
import { plainLine } from './plain-line.ts';

const mostPerLine = 20;

const lineSchema = z.object({
  wordings: z.array(z.string().max(4_000)).max(mostPerLine),
  /** In a row. */
  rejected: z.int().min(0),
});

/** What outlives the processes, by the keys of the lines. */
export const keptWordingsSchema = z.object({
  version: z.literal(1),
  lines: z.record(z.string().max(64), lineSchema),
  use: z.object({ day: z.string().max(20), requests: z.int().min(0), tokens: z.int().min(0) }),
  /** The last request, in unix milliseconds. */
  askedAt: z.int().min(0),
});
export type KeptWordings = z.infer<typeof keptWordingsSchema>;

export interface WordingTableOptions {
  idle: readonly IdleScriptConfig[];
  perLine: number;
  maxRejected: number;
  keyOf: (line: string) => string;
  /** Whether a wording that was kept may still be said. */
  isUsable: (text: string, line: string) => boolean;
}

export interface TableFigures {
  /** That can have other wordings. */
  lines: number;
  /** That have some. */
  reworded: number;
  wordings: number;
  /** Of which too many were rejected. */
  leftAlone: number;
}

interface Row {
  line: string;
  wordings: string[];
  rejected: number;
}

/** Shorter than this there is nothing to say otherwise. */
const leastLetters = 6;
/** Of what is kept: one message of the bus takes a megabyte. */
const maxBytes = 600_000;
/** Of a line, beside its wordings. */
const rowBytes = 64;

/** The lines of the configuration and their other wordings. Lines that are in no script any more are forgotten. Pure. */
export class WordingTable {
  readonly #options: WordingTableOptions;
  readonly #rows = new Map<string, Row>();
  readonly #keys = new Map<string, string>();
  #bytes = 0;

  constructor(options: WordingTableOptions) {
    this.#options = options;
    for (const { lines } of options.idle) {
      for (const line of lines) {
        if ((plainLine(line).text.match(/\p{L}/gu)?.length ?? 0) < leastLetters) continue;
        const key = options.keyOf(line);
        this.#keys.set(line, key);
        this.#rows.set(key, { line, wordings: [], rejected: 0 });
      }
    }
  }

  /** Of the line that stands there in the script. */
  of(script: string, line: number): readonly string[] {
    const { idle, perLine } = this.#options;
    const text = idle.find(({ id }) => id === script)?.lines[line];
    const row = text === undefined ? undefined : this.#rows.get(this.#keys.get(text) ?? '');
    return row ? row.wordings.slice(0, perLine) : [];
  }

  /** The line that needs a wording most; undefined: none does. */
  next(): { key: string; line: string; wordings: readonly string[] } | undefined {
    const { perLine, maxRejected } = this.#options;
    if (this.#bytes >= maxBytes) return undefined;
    let found: [string, Row] | undefined;
    for (const entry of this.#rows) {
      const { wordings, rejected } = entry[1];
      if (wordings.length >= perLine || rejected >= maxRejected) continue;
      if (!found || wordings.length < found[1].wordings.length) found = entry;
    }
    return found && { key: found[0], line: found[1].line, wordings: found[1].wordings };
  }

  keep(key: string, text: string): void {
    const row = this.#rows.get(key);
    if (!row) return;
    this.#add(row, text);
    row.rejected = 0;
  }

  /** True when the line is left alone from now on. */
  reject(key: string): boolean {
    const row = this.#rows.get(key);
    if (!row) return false;
    this.#count(row);
    row.rejected += 1;
    return row.rejected === this.#options.maxRejected;
  }

  /** What others have kept as well; true when there was something that is not wanted any more. */
  adopt({ lines }: Pick<KeptWordings, 'lines'>): boolean {
    let isOutdated = false;
    for (const [key, { wordings, rejected }] of Object.entries(lines)) {
      const row = this.#rows.get(key);
      if (!row) {
        isOutdated = true;
        continue;
      }
      this.#count(row);
      row.rejected = Math.max(row.rejected, rejected);
      for (const text of wordings) {
        if (this.#options.isUsable(text, row.line)) this.#add(row, text);
        else isOutdated = true;
      }
    }
    return isOutdated;
  }

  view({ use, askedAt }: { use: DailyUse; askedAt: number }): KeptWordings {
    const lines = [...this.#rows]
      .filter(([, { wordings, rejected }]) => wordings.length > 0 || rejected > 0)
      .map(([key, { wordings, rejected }]) => [key, { wordings, rejected }]);
    return { version: 1, lines: Object.fromEntries(lines) as KeptWordings['lines'], use, askedAt };
  }

  get figures(): TableFigures {
    const rows = [...this.#rows.values()];
    const { maxRejected, perLine } = this.#options;
    return {
      lines: rows.length,
      reworded: rows.filter(({ wordings }) => wordings.length > 0).length,
      wordings: rows.reduce((sum, { wordings }) => sum + Math.min(wordings.length, perLine), 0),
      leftAlone: rows.filter(({ rejected }) => rejected >= maxRejected).length,
    };
  }

  #add(row: Row, text: string): void {
    if (row.wordings.length >= mostPerLine || row.wordings.includes(text) || this.#bytes >= maxBytes) return;
    this.#count(row);
    row.wordings.push(text);
    this.#bytes += Buffer.byteLength(JSON.stringify(text)) + 1;
  }

  /** It is going to be kept. */
  #count({ wordings, rejected }: Row): void {
    if (wordings.length === 0 && rejected === 0) this.#bytes += rowBytes;
  }
}
