import { spawn } from 'node:child_process';
import type { WebClient } from './web-client.ts';

/** A program of the operator's, or a server of theirs, that knows what we do not. */
export type OperatorCall =
  { type: 'command'; command: string[]; timeoutMs: number } | { type: 'url'; url: string; timeoutMs: number };

interface OperatorCallOptions {
  /** JSON; on standard input, or as the body of a POST. */
  input: string;
  web: WebClient;
  signal: AbortSignal;
  /** What it answers or complains of is secret, and must not become part of an error. */
  isSecret?: boolean;
}

const maxAnswerBytes = 65_536;

/** Asks and returns the answer as text. Throws within the call's deadline when there is none; the error says what it did instead. */
export async function askOperator(call: OperatorCall, options: OperatorCallOptions): Promise<string> {
  return call.type === 'command' ? await runCommand(call, options) : await post(call, options);
}

async function runCommand(
  { command, timeoutMs }: Extract<OperatorCall, { type: 'command' }>,
  { input, signal, isSecret = false }: OperatorCallOptions,
): Promise<string> {
  const [program = '', ...parameters] = command;
  const deadline = AbortSignal.timeout(timeoutMs);
  const stop = AbortSignal.any([signal, deadline]);
  stop.throwIfAborted();
  const done = Promise.withResolvers<string>();
  const child = spawn(program, parameters, {
    stdio: ['pipe', 'pipe', 'pipe'],
    // Its own group, so that what it started ends with it.
    detached: process.platform !== 'win32',
    windowsHide: true,
  });
  const output: Buffer[] = [];
  let complaint = '';
  let size = 0;
  const give = (text: string, cause?: unknown) => done.reject(new Error(`it ${text}`, { cause }));
  const onAbort = () =>
    give(deadline.aborted ? `did not answer within ${timeoutMs} ms` : 'was not waited for');
  stop.addEventListener('abort', onAbort, { once: true });
  child.on('error', (error) => give(`cannot be run: ${error.message}`, error));
  child.stdin.on('error', () => undefined); // It may answer without reading; its exit tells the rest.
  child.stdout.on('data', (chunk: Buffer) => {
    size += chunk.byteLength;
    if (size > maxAnswerBytes) return give(`answered more than ${maxAnswerBytes} bytes`);
    output.push(chunk);
  });
  child.stderr.on('data', (chunk: Buffer) => {
    if (complaint.length < 500) complaint += chunk.toString('utf8');
  });
  child.on('close', (code, killedBy) => {
    if (code === 0) return done.resolve(Buffer.concat(output).toString('utf8'));
    const said = isSecret
      ? 'what it said is not repeated here, run it by hand to see'
      : complaint.trim().slice(0, 300) || 'it said nothing';
    give(`ended with ${killedBy ?? code}: ${said}`);
  });
  child.stdin.end(input);
  try {
    return await done.promise;
  } finally {
    stop.removeEventListener('abort', onAbort);
    endGroup(child.pid);
    child.stdout.destroy();
    child.stderr.destroy();
  }
}

/** Ends the command and what it started; harmless when it has ended. */
function endGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(process.platform === 'win32' ? pid : -pid, 'SIGKILL');
  } catch {
    // Gone already.
  }
}

async function post(
  { url, timeoutMs }: Extract<OperatorCall, { type: 'url' }>,
  { input, web, signal }: OperatorCallOptions,
): Promise<string> {
  const answer = await web.request(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: input,
    signal,
    timeoutMs,
    maxBytes: maxAnswerBytes,
  });
  if (answer.tooLarge) throw new Error(`its answer is larger than ${maxAnswerBytes} bytes`);
  if (answer.status !== 200) throw new Error(`it answered ${answer.status}`);
  return answer.text;
}
