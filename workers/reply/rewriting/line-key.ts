import { createHash } from 'node:crypto';
import { instructions } from './rewrite-request.ts';

/** Changes with what a wording has to be: those that were kept before are not used any more. */
const checks = 1;

/** What wordings of a line are kept under: another line, another persona and other instructions have others. */
export function lineKey(line: string, persona: string): string {
  const parts = JSON.stringify([checks, instructions, persona, line]);
  return createHash('sha256').update(parts).digest('base64url').slice(0, 16);
}
