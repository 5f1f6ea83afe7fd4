import { createParser } from 'eventsource-parser';
import { ModelError } from './model-fault.ts';
import type { Delta } from './read-delta.ts';
import { messageOf, readDelta } from './read-delta.ts';

const maxBytes = 1_000_000;
/** Of what does not make sense: a server that sends nothing else is not waited for. */
const maxBroken = 3;
/** Some servers send all that was said so far with each piece. */
const leastRepeated = 2;

/**
 * Reads the body of an answer as it comes: events with or without a blank behind `data:`, comments, any line ends, `[DONE]` or none, bytes cut
 * anywhere; also plain JSON and one JSON object per line where a stream was asked for. Throws ModelError.
 */
export class AnswerParser {
  readonly #decoder = new TextDecoder();
  readonly #parser = createParser({ onEvent: ({ data }) => this.#event(data), maxBufferSize: maxBytes });
  #form: 'unknown' | 'events' | 'json' = 'unknown';
  #text = '';
  #bytes = 0;
  #broken = 0;
  #deltas: Delta[] = [];
  /** All that was said so far: a whole message repeats it. */
  #said = '';
  isDone = false;
  /** An error that the server told within its answer. */
  failure: ModelError | undefined;
  finish = '';
  usage: Delta['usage'];

  /** What a piece of the body adds to the text. */
  push(bytes: Uint8Array): string {
    this.#bytes += bytes.byteLength;
    if (this.#bytes > maxBytes) throw new ModelError('garbage', `the answer has more than ${maxBytes} bytes`);
    return this.#read(this.#decoder.decode(bytes, { stream: true }));
  }

  /** The body is at its end. */
  end(): string {
    let text = this.#read(this.#decoder.decode());
    // An event that no blank line follows.
    if (this.#form === 'events') text += this.#feed('\n\n');
    else if (this.#text.trim() !== '') text += this.#readJson();
    return text;
  }

  #read(text: string): string {
    if (this.#form === 'events') return this.#feed(text);
    this.#text += text;
    if (this.#form === 'json') return '';
    const start = this.#text.trimStart().replace(/^\ufeff/, '');
    if (start === '') return '';
    if (start.startsWith('<'))
      throw new ModelError(
        'garbage',
        `the answer is a page: ${start
          .replaceAll(/<[^>]*>|\s+/g, ' ')
          .trim()
          .slice(0, 100)}`,
      );
    this.#form = /^[{[]/.test(start) ? 'json' : 'events';
    if (this.#form === 'json') return '';
    const waiting = this.#text;
    this.#text = '';
    return this.#feed(waiting);
  }

  #feed(text: string): string {
    try {
      this.#parser.feed(text);
    } catch (error) {
      if (error instanceof ModelError) throw error;
      throw new ModelError('garbage', 'the answer is no stream of events', { cause: error });
    }
    return this.#take();
  }

  #event(data: string): void {
    const trimmed = data.trim();
    if (this.isDone || trimmed === '') return;
    if (trimmed === '[DONE]') {
      this.isDone = true;
      return;
    }
    let value: unknown;
    try {
      value = JSON.parse(trimmed);
    } catch (cause) {
      this.#broken += 1;
      if (this.#broken >= maxBroken)
        throw new ModelError('garbage', `the stream holds what is no JSON: ${trimmed.slice(0, 80)}`, {
          cause,
        });
      return;
    }
    this.#add(value);
  }

  /** What came before an error is said first. */
  #add(value: unknown): void {
    try {
      this.#deltas.push(readDelta(value));
    } catch (error) {
      if (!(error instanceof ModelError)) throw error;
      this.failure ??= error;
    }
  }

  #readJson(): string {
    const text = this.#text.replace(/^\ufeff/, '').trim();
    this.#text = '';
    const values = parseOne(text) ?? parseLines(text);
    if (!values) throw new ModelError('garbage', `the answer is no JSON: ${messageOf({ message: text })}`);
    for (const value of values) this.#add(value);
    this.isDone = true;
    return this.#take();
  }

  #take(): string {
    let added = '';
    for (const { text, isWhole, finish, usage } of this.#deltas) {
      if (finish !== '') this.finish = finish;
      if (usage) this.usage = usage;
      // Of a whole message what is new; one that differs from what was said already is too late.
      const repeats =
        this.#said.length >= leastRepeated && text.length > this.#said.length && text.startsWith(this.#said);
      let fresh = isWhole ? '' : text;
      if (repeats || (isWhole && text.startsWith(this.#said))) fresh = text.slice(this.#said.length);
      this.#said += fresh;
      added += fresh;
    }
    this.#deltas = [];
    return added;
  }
}

function parseOne(text: string): unknown[] | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) ? value : [value];
  } catch {
    return undefined;
  }
}

function parseLines(text: string): unknown[] | undefined {
  try {
    return text.split(/\r?\n/).flatMap((line) => (line.trim() === '' ? [] : [JSON.parse(line) as unknown]));
  } catch {
    return undefined;
  }
}
