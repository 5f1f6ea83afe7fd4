import type { Readable } from 'node:stream';

const maxLength = 8_192;

/** Remembers the end of what a program says on standard error, and what of it tells a person why it failed. */
export class LastWords {
  #tail = '';

  constructor(stderr: Readable) {
    stderr
      .setEncoding('utf8')
      .on('data', (text: string) => (this.#tail = (this.#tail + text).slice(-maxLength)));
    // A pipe that breaks belongs to a program that ended; its end is noticed elsewhere.
    stderr.on('error', () => undefined);
  }

  get text(): string {
    return essence(this.#tail);
  }
}

/** The lines that say why: errors and assertions before anything else, never a stack. At most two lines. */
export function essence(stderr: string): string {
  const lines = stderr
    .split(/[\r\n]+/)
    .map((line) => line.trim())
    .filter((line) => line !== '' && !isStack(line));
  const telling = lines.filter((line) => /error|assert|cannot|fail|no such|not found|refused/i.test(line));
  const chosen = telling.length > 0 ? telling : lines;
  return chosen.slice(-2).join('; ').slice(-300);
}

function isStack(line: string): boolean {
  return /^(at |-+ |\d+: 0x|Node\.js v|\^)/.test(line);
}
