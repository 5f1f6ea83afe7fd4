import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { bytesPerSample, samplesOf } from '../format.ts';
import { LastWords } from './last-words.ts';

export interface ProbeOptions {
  command: string;
  args: string[];
  /** Silence that it is given to play. */
  feedMs: number;
  timeoutMs: number;
  signal: AbortSignal;
}

/** Runs an output once on a bit of silence. Nothing when it works, else what was wrong, for people. */
export async function probe({ command, args, feedMs, timeoutMs, signal }: ProbeOptions): Promise<string> {
  const deadline = AbortSignal.timeout(timeoutMs);
  const child = spawn(command, args, {
    stdio: ['pipe', 'ignore', 'pipe'],
    signal: AbortSignal.any([signal, deadline]),
    killSignal: 'SIGKILL',
    windowsHide: true,
  });
  const lastWords = new LastWords(child.stderr);
  // A program that does not even read says so by its exit.
  child.stdin.on('error', () => undefined);
  child.stdin.end(Buffer.alloc(samplesOf(feedMs) * bytesPerSample));
  try {
    const [code, by] = (await once(child, 'close')) as [number | null, string | null];
    if (code === 0) return '';
    return [lastWords.text, by ? `ended by ${by}` : `exit code ${code}`].filter(Boolean).join(', ');
  } catch (error) {
    if (deadline.aborted)
      return [`did not play within ${timeoutMs} ms`, lastWords.text].filter(Boolean).join(': ');
    return error instanceof Error ? error.message : String(error);
  }
}
