import type { AudioChunk } from '../../protocol/speech.ts';
import type { Delivery } from '../delivery.ts';

type Chunk = Pick<Delivery<AudioChunk>, 'body' | 'seq' | 'message'>;

interface Waiting {
  chunk: Chunk;
  bytes: number;
  /** Its sound was let go, because its utterance had ended. */
  isEmpty: boolean;
}

/** What a chunk costs beside its sound: its segment's words. */
const overheadBytes = 2_000;
const noSound = new Uint8Array();

/** The chunks that whoever plays now has not yet left behind, in the order of the stream: what a successor would have to read. */
export class WaitingChunks {
  readonly #maxBytes: number;
  #waiting: Waiting[] = [];
  /** Chunks before this sequence were let go. */
  #from: number;
  bytes = 0;

  constructor({ maxBytes, from }: { maxBytes: number; from: number }) {
    this.#maxBytes = maxBytes;
    this.#from = from;
  }

  get size(): number {
    return this.#waiting.length;
  }

  get isFull(): boolean {
    return this.bytes >= this.#maxBytes;
  }

  add(chunk: Chunk): void {
    if (chunk.seq < this.#from) return;
    const bytes = chunk.body.pcm.byteLength + overheadBytes;
    this.#waiting.push({ chunk, bytes, isEmpty: false });
    this.bytes += bytes;
  }

  /**
   * Lets go what lies behind a playhead. A chunk of an ended utterance stays without its sound, since it tells how far the stream was
   * read. False when the playhead needs something that was let go: then everything has to be read again from it.
   */
  prune({ resumeSeq, ended }: { resumeSeq: number; ended: string[] }): boolean {
    if (resumeSeq < this.#from) return false;
    this.#from = resumeSeq;
    const over = new Set(ended);
    const kept: Waiting[] = [];
    let bytes = 0;
    for (const each of this.#waiting) {
      const { body, seq } = each.chunk;
      if (seq < resumeSeq) continue;
      const hasEnded = over.has(body.segment.utteranceId);
      if (each.isEmpty && !hasEnded) return false;
      const next = hasEnded && !each.isEmpty ? emptied(each) : each;
      kept.push(next);
      bytes += next.bytes;
    }
    this.#waiting = kept;
    this.bytes = bytes;
    return true;
  }

  /** Forgets everything, to be read again from a sequence on. */
  restart(from: number): void {
    this.#waiting = [];
    this.#from = from;
    this.bytes = 0;
  }

  /** Everything that waits, and nothing waits any more. */
  take(): Chunk[] {
    const chunks = this.#waiting.map(({ chunk }) => chunk);
    this.#waiting = [];
    this.bytes = 0;
    return chunks;
  }
}

function emptied({ chunk }: Waiting): Waiting {
  return {
    chunk: { ...chunk, body: { ...chunk.body, pcm: noSound } },
    bytes: overheadBytes,
    isEmpty: true,
  };
}
