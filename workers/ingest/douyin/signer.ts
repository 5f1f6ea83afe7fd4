import { spawn } from 'node:child_process';
import type { SignerConfig } from '../../../protocol/config.ts';
import { signatureParams, stubOf } from './push-address.ts';
import type { WebClient } from './web-client.ts';

/** What an operator's signer gets, as JSON: on standard input, or as the body of a POST. */
export interface SignerInput {
  roomId: string;
  userUniqueId: string;
  userAgent: string;
  /** `X-MS-STUB`: MD5 of `params` in hex. */
  stub: string;
  params: string;
}

/** The signer gave no signature. Without one the push server refuses us, so no connection is tried. */
export class SignerError extends Error {
  override name = 'SignerError';
  readonly code = 'signer';
}

const maxAnswerBytes = 65_536;
const maxSignatureLength = 1_024;

export interface Signer {
  /** Empty when no signer is configured. Throws SignerError. */
  sign(
    target: Pick<SignerInput, 'roomId' | 'userUniqueId' | 'userAgent'>,
    signal: AbortSignal,
  ): Promise<string>;
}

/** The signer of the configuration. We ship no signature algorithm. */
export function openSigner(config: SignerConfig, web: WebClient): Signer {
  return {
    async sign({ roomId, userUniqueId, userAgent }, signal) {
      const params = signatureParams({ roomId, userUniqueId });
      const input = JSON.stringify({
        roomId,
        userUniqueId,
        userAgent,
        stub: stubOf(params),
        params,
      } satisfies SignerInput);
      switch (config.type) {
        case 'none':
          return '';
        case 'command':
          return readSignature(await runCommand(config, input, signal));
        case 'url':
          return readSignature(await post(config, input, web, signal));
      }
    },
  };
}

/** The signature in a signer's answer: plain text, or JSON with the field `signature`. */
export function readSignature(answer: string): string {
  const text = answer.trim();
  const signature = text.startsWith('{') ? signatureField(text) : text;
  if (signature === '') throw new SignerError('Signer answered nothing');
  // It becomes part of an address: what would end the query or start another key is no signature.
  if (
    signature.length > maxSignatureLength ||
    !/^[\x21-\x7e]+$/.test(signature) ||
    /[&#"<>\\]/.test(signature)
  ) {
    throw new SignerError(`Signer answered what is no signature: ${JSON.stringify(signature.slice(0, 80))}`);
  }
  return signature;
}

function signatureField(text: string): string {
  try {
    const { signature } = JSON.parse(text) as { signature?: unknown };
    return typeof signature === 'string' ? signature.trim() : '';
  } catch (cause) {
    throw new SignerError('Signer answered damaged JSON', { cause });
  }
}

type CommandConfig = Extract<SignerConfig, { type: 'command' }>;
type UrlConfig = Extract<SignerConfig, { type: 'url' }>;

async function runCommand(
  { command, timeoutMs }: CommandConfig,
  input: string,
  signal: AbortSignal,
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
  const give = (text: string, cause?: unknown) =>
    done.reject(new SignerError(`Signer "${program}" ${text}`, { cause }));
  const onAbort = () =>
    give(deadline.aborted ? `did not answer within ${timeoutMs} ms` : 'was not waited for');
  stop.addEventListener('abort', onAbort, { once: true });
  child.on('error', (error) => give(`cannot be run: ${error.message}`, error));
  child.stdin.on('error', () => undefined); // A signer may answer without reading; its exit tells the rest.
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
    give(`ended with ${killedBy ?? code}: ${complaint.trim().slice(0, 300) || 'it said nothing'}`);
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
  { url, timeoutMs }: UrlConfig,
  input: string,
  web: WebClient,
  signal: AbortSignal,
): Promise<string> {
  try {
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
  } catch (cause) {
    signal.throwIfAborted();
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new SignerError(`Signer at ${new URL(url).origin} gave no signature: ${reason}`, { cause });
  }
}
