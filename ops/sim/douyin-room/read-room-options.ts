import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { ROOM_STATES } from './http/page.ts';
import { DEFAULT_SETTINGS, scheduleOf, type RoomSettings, type ScenarioChoice } from './room-settings.ts';

/** What the command line asks for: a room, or this text. */
export type RoomCommand =
  | { readonly kind: 'open'; readonly settings: RoomSettings }
  | { readonly kind: 'help'; readonly text: string };

const STATES = ROOM_STATES;

/** The text of `--help`. */
export const HELP = `Simulated live room that speaks the webcast wire format on 127.0.0.1.

  --port N              port, 0 for a free one (default 0)
  --seed N              decides who says what and when (default 1)
  --web-rid TEXT        number of the room in its page's address (default demo)
  --anchor TEXT         the host's nickname
  --title TEXT          title of the broadcast
  --state STATE         ${STATES.join(' | ')} (default live)
  --script FILE         play this list of {atMs, kind, ...} instead of a random room
  --silent              play nothing by itself
  --pace N              multiplies the rates of the random room (default 1)
  --log FILE            append everything that is sent to this file, one JSON object per line
  --require-signature   refuse handshakes without the signature that test-signer.ts makes
  --ac-nonce            answer the first page request with a stub page

Prints one line {"url", "wsUrl", "webRid", "roomId"} when ready; SIGINT and SIGTERM end it. GET /sim/state,
GET /sim/sent?since=N, POST /sim/say, /sim/fault and /sim/state drive it.
`;

/**
 * Reads the command line.
 *
 * @throws {TypeError} *Cannot open the room: --port must be …, got "abc"*.
 */
export function readRoomOptions(args: readonly string[]): RoomCommand {
  const given = parse(args);
  if (given.help === true) return { kind: 'help', text: HELP };
  const settings: RoomSettings = {
    ...DEFAULT_SETTINGS,
    port: readNumber('--port', given.port, { fallback: DEFAULT_SETTINGS.port, max: 65_535, whole: true }),
    seed: readNumber('--seed', given.seed, {
      fallback: DEFAULT_SETTINGS.seed,
      max: 2 ** 32 - 1,
      whole: true,
    }),
    webRid: readText('--web-rid', given['web-rid'], DEFAULT_SETTINGS.webRid),
    anchor: readText('--anchor', given.anchor, DEFAULT_SETTINGS.anchor),
    title: readText('--title', given.title, DEFAULT_SETTINGS.title),
    state: readState(given.state),
    scenario: readScenario(given),
    logFile: given.log ?? '',
    requireSignature: given['require-signature'] === true,
    acNonce: given['ac-nonce'] === true,
  };
  checkScript(settings, given.script);
  return { kind: 'open', settings };
}

type Given = ReturnType<typeof parse>;

function parse(args: readonly string[]) {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean' } as const;
  try {
    return parseArgs({
      args: [...args],
      options: {
        port: text,
        seed: text,
        'web-rid': text,
        anchor: text,
        title: text,
        state: text,
        script: text,
        pace: text,
        log: text,
        silent: flag,
        'require-signature': flag,
        'ac-nonce': flag,
        help: flag,
      },
    }).values;
  } catch (cause) {
    throw wrong(cause instanceof Error ? cause.message : String(cause), cause);
  }
}

function readScenario(given: Given): ScenarioChoice {
  const { script, silent = false } = given;
  if ([script !== undefined, silent, given.pace !== undefined].filter(Boolean).length > 1) {
    throw wrong('--script, --silent and --pace exclude each other');
  }
  if (silent) return { type: 'silent' };
  if (script === undefined) {
    return {
      type: 'random',
      pace: readNumber('--pace', given.pace, { fallback: 1, max: 10_000, whole: false }),
    };
  }
  try {
    return { type: 'script', script: JSON.parse(readFileSync(script, 'utf8')) };
  } catch (cause) {
    throw wrong(`--script "${script}": ${cause instanceof Error ? cause.message : String(cause)}`, cause);
  }
}

function checkScript({ scenario, seed }: RoomSettings, file: string | undefined): void {
  try {
    scheduleOf(scenario, seed, 0);
  } catch (cause) {
    throw wrong(`--script "${file}": ${cause instanceof Error ? cause.message : String(cause)}`, cause);
  }
}

function readState(given: string | undefined): RoomSettings['state'] {
  const state = STATES.find((known) => known === (given ?? DEFAULT_SETTINGS.state));
  if (state === undefined) throw wrong(`--state must be one of ${STATES.join(', ')}, got "${given}"`);
  return state;
}

function readText(name: string, given: string | undefined, fallback: string): string {
  if (given === '') throw wrong(`${name} must not be empty`);
  return given ?? fallback;
}

function readNumber(
  name: string,
  given: string | undefined,
  { fallback, max, whole }: { readonly fallback: number; readonly max: number; readonly whole: boolean },
): number {
  if (given === undefined) return fallback;
  const pattern = whole ? /^\d{1,10}$/ : /^\d{1,10}(\.\d+)?$/;
  if (!pattern.test(given) || Number(given) > max) {
    throw wrong(`${name} must be a ${whole ? 'whole ' : ''}number from 0 to ${max}, got "${given}"`);
  }
  return Number(given);
}

function wrong(reason: string, cause?: unknown): TypeError {
  return new TypeError(`Cannot open the room: ${reason}`, { cause });
}
