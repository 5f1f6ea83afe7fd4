/** One frame as it came, and when. */
export interface RawFrame {
  bytes: Buffer;
  receivedAt: number;
}

interface FrameQueueOptions {
  maxFrames?: number;
  maxBytes?: number;
  /** Called when the queue is full, and when there is room again. */
  onFull(): void;
  onRoom(): void;
}

/** Frames between a socket and its reader. Full, it says so; what the socket had already read is still taken. */
export class FrameQueue<Frame extends { bytes: Uint8Array } = RawFrame> {
  #frames: Frame[] = [];
  #bytes = 0;
  #full = false;
  #ended = false;
  #arrival = Promise.withResolvers<void>();
  readonly #options: Required<FrameQueueOptions>;

  constructor(options: FrameQueueOptions) {
    this.#options = { maxFrames: 256, maxBytes: 16 * 1024 * 1024, ...options };
  }

  get length(): number {
    return this.#frames.length;
  }

  add(frame: Frame): void {
    if (this.#ended) return;
    this.#frames.push(frame);
    this.#bytes += frame.bytes.byteLength;
    const { maxFrames, maxBytes } = this.#options;
    if (!this.#full && (this.#frames.length >= maxFrames || this.#bytes >= maxBytes)) {
      this.#full = true;
      this.#options.onFull();
    }
    this.#arrival.resolve();
  }

  /** No frame is taken any more; those that are there are still handed out. */
  end(): void {
    this.#ended = true;
    this.#arrival.resolve();
  }

  /** The next frame; undefined at the end. */
  async take(): Promise<Frame | undefined> {
    while (this.#frames.length === 0) {
      if (this.#ended) return undefined;
      this.#arrival = Promise.withResolvers<void>();
      await this.#arrival.promise;
    }
    const frame = this.#frames.shift();
    this.#bytes -= frame?.bytes.byteLength ?? 0;
    const { maxFrames, maxBytes } = this.#options;
    if (this.#full && this.#frames.length <= maxFrames / 2 && this.#bytes <= maxBytes / 2) {
      this.#full = false;
      this.#options.onRoom();
    }
    return frame;
  }
}
