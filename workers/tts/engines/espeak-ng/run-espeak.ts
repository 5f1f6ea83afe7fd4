import { spawn } from 'node:child_process';
import type { ChildProcessByStdio } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { EngineError } from '../../endpoint.ts';

export interface EspeakRun {
  program: string;
  args: readonly string[];
  /** What it reads on its standard input. */
  text: string;
  totalMs: number;
  maxBytes: number;
  signal: AbortSignal;
  /** Gets its standard output. What it throws ends the program. */
  onOutput: (bytes: Uint8Array) => void;
}

/** There is no such program, as opposed to one that fails. */
export class ProgramMissingError extends Error {
  override name = 'ProgramMissingError';
  readonly code = 'program-missing';
}

const maxComplaint = 200;
/** All that it needs to know of ours; secrets stand in the environment. */
const inherited = ['PATH', 'HOME', 'ESPEAK_DATA_PATH', 'LD_LIBRARY_PATH', 'SystemRoot', 'TEMP'];

/**
 * Runs the program once, without a shell. Returns when it has ended, whatever happened: nothing of it is left. Throws EngineError, ProgramMissingError,
 * what `onOutput` threw, or the signal's reason.
 */
export async function runEspeak(run: EspeakRun): Promise<void> {
  const { program, args, text, totalMs, maxBytes, signal, onOutput } = run;
  signal.throwIfAborted();
  const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'pipe'], env: readEnvironment() });
  let failure: unknown;
  const end = (reason: unknown) => {
    failure ??= reason;
    child.kill('SIGKILL');
  };
  const stop = () => end(signal.reason);
  const timer = setTimeout(
    () => end(new EngineError('total-timeout', `${program} was not done within ${totalMs} ms`)),
    totalMs,
  );
  signal.addEventListener('abort', stop, { once: true });
  try {
    let size = 0;
    child.stdout.on('data', (bytes: Buffer) => {
      if (failure !== undefined) return;
      size += bytes.byteLength;
      if (size > maxBytes) {
        end(new EngineError('too-large', `${program} wrote more than ${maxBytes} bytes`));
        return;
      }
      try {
        onOutput(bytes);
      } catch (error) {
        end(error);
      }
    });
    const { code, endedBy, complaint } = await converse(child, program, text);
    if (failure !== undefined) throw failure;
    if (endedBy) throw new EngineError('cut-off', `${program} was ended by ${endedBy}`);
    if (code !== 0) throw new EngineError('server', `${program} ended with ${code}: ${complaint}`);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', stop);
  }
}

interface Ending {
  code: number | null;
  endedBy: NodeJS.Signals | null;
  complaint: string;
}

async function converse(
  child: ChildProcessByStdio<Writable, Readable, Readable>,
  program: string,
  text: string,
): Promise<Ending> {
  const ended = Promise.withResolvers<Ending>();
  let complaint = '';
  child.stderr.setEncoding('utf8').on('data', (piece: string) => {
    complaint = (complaint + piece).slice(0, maxComplaint);
  });
  child.once('error', (cause: NodeJS.ErrnoException) => {
    const isMissing = cause.code === 'ENOENT' || cause.code === 'EACCES';
    ended.reject(
      isMissing
        ? new ProgramMissingError(`${program} cannot be started: ${cause.code}`, { cause })
        : new EngineError('unreachable', `${program} cannot be started: ${cause.message}`, { cause }),
    );
  });
  child.once('close', (code, endedBy) => {
    ended.resolve({ code, endedBy, complaint: complaint.replaceAll(/\s+/g, ' ').trim() });
  });
  // It may end before it has read everything, and tells why by then.
  child.stdin.on('error', () => undefined);
  child.stdin.end(text);
  return await ended.promise;
}

function readEnvironment(): NodeJS.ProcessEnv {
  const found = inherited.flatMap((name) => {
    const value = process.env[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  return Object.fromEntries(found);
}
