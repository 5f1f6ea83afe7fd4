/** Decodes music and earcons, so that the clock of the voice never waits for a file or a decoder. */
import { parentPort } from 'node:worker_threads';
import { toFailure } from '../../../protocol/failure.ts';
import { loadEarcon } from './load-earcon.ts';
import { MusicFeed } from './music-feed.ts';
import { MusicOrder } from './music-order.ts';
import type { ThreadCommand, ThreadReport } from './music-messages.ts';

const port = parentPort;
if (!port) throw new Error('This is a thread of an audio worker');
const forLife = new AbortController().signal;

let credit = 0;
let wake: (() => void) | undefined;

port.on('message', (command: ThreadCommand) => {
  switch (command.kind) {
    case 'play':
      credit = command.blocks;
      void play(command);
      return;
    case 'more':
      credit += 1;
      wake?.();
      return;
    case 'load':
      void load(command);
  }
});

async function play({ folder, shuffle, from, avoid }: ThreadCommand & { kind: 'play' }): Promise<void> {
  const feed = new MusicFeed({
    folder,
    order: new MusicOrder({ shuffle, random: Math.random }),
    from,
    avoid,
    onFile: (name) => say({ kind: 'file', name }),
    onTrouble: (text) => say({ kind: 'trouble', text }),
    signal: forLife,
  });
  for await (const block of feed.blocks()) {
    while (credit === 0) await new Promise<void>((resolve) => (wake = resolve));
    credit -= 1;
    say({ kind: 'block', block }, [block.pcm.buffer]);
  }
}

async function load({ priority, file }: ThreadCommand & { kind: 'load' }): Promise<void> {
  try {
    say({ kind: 'earcon', priority, pcm: await loadEarcon(file) });
  } catch (error) {
    const { message } = toFailure(error);
    say({ kind: 'trouble', text: `cannot use the earcon for "${priority}" ("${file}"): ${message}` });
  }
}

function say(report: ThreadReport, transfer: ArrayBuffer[] = []): void {
  port?.postMessage(report, transfer);
}
