import type { HelmCommand } from '../protocol/speech.ts';
import { helmActions } from '../protocol/speech.ts';
import { readDuration } from '../supervisor/options.ts';

/** What a person asks for: a command to whoever hosts the room, or to end what is being said, which is up to whoever plays it. */
export type HelmOrder = Omit<HelmCommand, 'by' | 'action'> & { action: HelmCommand['action'] | 'skip' };

const actions = [...helmActions, 'skip'] as const;

/** What was asked for on the command line. Throws for what makes no sense; whether it can be done is for whoever hosts the room to say. */
export function readHelmOrder(
  words: string[],
  given: { for?: string | undefined; all?: boolean | undefined },
): HelmOrder {
  const [name, ...rest] = words;
  const action = actions.find((each) => each === name);
  if (!action) {
    const got = name === undefined ? '' : `, not "${name}"`;
    throw new Error(`Say one of ${actions.join(', ')}${got}; --help tells what they do`);
  }
  if (given.for !== undefined && action !== 'pause' && action !== 'mute')
    throw new Error(`--for goes with pause and mute, not with ${action}`);
  if (given.all && action !== 'pause') throw new Error(`--all goes with pause, not with ${action}`);
  const text = action === 'say' ? rest.join(' ').trim() : '';
  if (action === 'say' && text === '') throw new Error('Say what, as in: say "大家好"');
  const isViewer = action === 'mute' || action === 'unmute';
  const viewer = isViewer ? (rest[0] ?? '') : '';
  if (isViewer && viewer === '')
    throw new Error(`Say which viewer, by the id that the platform gives, as in: ${action} 123456`);
  const surplus = action === 'say' ? undefined : rest[isViewer ? 1 : 0];
  if (surplus !== undefined) throw new Error(`"${surplus}" is one word too many`);
  const forMs = given.for === undefined ? 0 : readDuration(given.for);
  return { action, forMs, all: given.all ?? false, text, viewer };
}
