/**
 * Reads sound from standard input to its end, for the sink programs, and says on standard output how much was consumed
 * (`consumed <bytes>`), so that the sender knows what was heard. Pieces always hold whole samples. The terminal's signals are not
 * for a sink: it ends when its input does, which is also what happens when its owner dies. `arrived`: bytes that were there by then, the
 * piece among them.
 */
export async function readSound(take: (pcm: Buffer, arrived: number) => void | Promise<void>): Promise<void> {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined);
  // The owner may be gone while the rest is still to be played.
  process.stdout.on('error', () => undefined);
  let rest: Buffer = Buffer.alloc(0);
  let consumed = 0;
  // It has begun to read.
  process.stdout.write('consumed 0\n');
  for await (const data of process.stdin as AsyncIterable<Buffer>) {
    const bytes = rest.byteLength > 0 ? Buffer.concat([rest, data]) : data;
    const whole = bytes.byteLength - (bytes.byteLength % 2);
    rest = bytes.subarray(whole);
    for (let at = 0; at < whole; at += pieceBytes) {
      const piece = bytes.subarray(at, Math.min(whole, at + pieceBytes));
      await take(piece, whole - at);
      consumed += piece.byteLength;
      process.stdout.write(`consumed ${consumed}\n`);
    }
  }
}

/** 40 ms: small enough that a figure is never far behind. */
const pieceBytes = 3_840;
