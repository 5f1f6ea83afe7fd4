import type { SignerConfig } from '../../../protocol/config.ts';
import { askOperator } from '../operator-call.ts';
import { signatureParams, stubOf } from './push-address.ts';
import type { WebClient } from '../web-client.ts';

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
        case 'url':
          return readSignature(await ask(config, input, web, signal));
      }
    },
  };
}

async function ask(
  config: Exclude<SignerConfig, { type: 'none' }>,
  input: string,
  web: WebClient,
  signal: AbortSignal,
): Promise<string> {
  try {
    return await askOperator(config, { input, web, signal });
  } catch (cause) {
    signal.throwIfAborted();
    const where = config.type === 'url' ? ` at ${new URL(config.url).origin}` : ` "${config.command[0]}"`;
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new SignerError(`Signer${where} gave no signature: ${reason}`, { cause });
  }
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
