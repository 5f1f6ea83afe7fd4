import { parseArgs, type ParseArgsOptionsConfig } from 'node:util';
import { once } from 'node:events';
import { isSpeechFault, speechFaults, speechFaultNames } from '../../../protocol/simulated-faults.ts';
import { DEFAULT_SPEECH, type SpeechOptions } from './settings.ts';
import type { SpeechServer } from './server.ts';

export type Given = { readonly [name: string]: string | boolean | undefined };

/** What a kind of server adds to the command line. */
export type ProgramOptions = {
  /** Its first line says what it is. */
  readonly title: string;
  readonly options: ParseArgsOptionsConfig;
  /** A line for each of them. */
  readonly help: string;
  /** @throws {TypeError} telling which option is wrong. */
  readonly open: (given: Given, common: SpeechOptions) => Promise<SpeechServer>;
};

const text = { type: 'string' } as const;
const common = {
  port: text,
  seed: text,
  'inference-ms': text,
  'inference-ms-per-char': text,
  jitter: text,
  'first-share': text,
  fault: { type: 'string', multiple: true },
  always: text,
  log: text,
  help: { type: 'boolean' },
} as const;

/** Runs a simulated server until SIGINT or SIGTERM: prints its address, or what is wrong with the command line (exit code 78). */
export async function runProgram(program: ProgramOptions): Promise<void> {
  try {
    const { values } = readArguments(program);
    if (values['help'] === true) return console.log(helpOf(program));
    const { fault, ...given } = values;
    const server = await program.open(given as Given, commonOptions(given as Given, fault));
    await using _server = server;
    console.log(JSON.stringify({ url: server.url, address: server.address, port: server.port }));
    await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM'), server.untilDone()]);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    console.error(`Cannot open the server: ${error.message}`);
    process.exitCode = 78;
  }
}

/** @throws {TypeError} unless it is one of the choices. */
export function readChoice<Choice extends string>(
  given: Given,
  name: string,
  choices: readonly Choice[],
): Choice | undefined {
  const value = given[name];
  const found = choices.find((choice) => choice === value);
  if (value !== undefined && found === undefined)
    throw new TypeError(`--${name} must be one of ${choices.join(', ')}, got "${value}"`);
  return found;
}

/** @throws {TypeError} unless it is a number in the range. */
export function readNumber(
  given: Given,
  name: string,
  { max, whole }: { readonly max: number; readonly whole: boolean },
): number | undefined {
  const value = given[name];
  if (value === undefined) return undefined;
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : NaN;
  if (!(number >= 0 && number <= max) || (whole && !Number.isInteger(number)))
    throw new TypeError(
      `--${name} must be a ${whole ? 'whole ' : ''}number from 0 to ${max}, got "${value}"`,
    );
  return number;
}

function readArguments(program: ProgramOptions) {
  try {
    return parseArgs({ options: { ...common, ...program.options } });
  } catch (cause) {
    throw new TypeError(cause instanceof Error ? cause.message : String(cause), { cause });
  }
}

function commonOptions(given: Given, faults: unknown): SpeechOptions {
  const { inference } = DEFAULT_SPEECH;
  const always = readChoice(given, 'always', speechFaultNames);
  return {
    port: readNumber(given, 'port', { max: 65_535, whole: true }) ?? 0,
    seed: readNumber(given, 'seed', { max: 2 ** 32 - 1, whole: true }) ?? DEFAULT_SPEECH.seed,
    inference: {
      fixedMs: readNumber(given, 'inference-ms', { max: 600_000, whole: false }) ?? inference.fixedMs,
      msPerChar:
        readNumber(given, 'inference-ms-per-char', { max: 10_000, whole: false }) ?? inference.msPerChar,
      jitter: readNumber(given, 'jitter', { max: 1, whole: false }) ?? inference.jitter,
      firstShare: readNumber(given, 'first-share', { max: 1, whole: false }) ?? inference.firstShare,
    },
    faults: { probabilities: readProbabilities(faults), ...(always ? { always } : {}) },
    logFile: typeof given['log'] === 'string' ? given['log'] : '',
  };
}

function readProbabilities(faults: unknown): Record<string, number> {
  const list = Array.isArray(faults) ? faults.map(String) : [];
  return Object.fromEntries(
    list.map((entry) => {
      const [name = '', share = ''] = entry.split('=');
      if (!isSpeechFault(name)) throw new TypeError(`--fault: there is no fault "${name}"`);
      return [name, readNumber({ fault: share }, 'fault', { max: 1, whole: false }) ?? 0];
    }),
  );
}

function helpOf({ title, help }: ProgramOptions): string {
  const width = Math.max(...speechFaultNames.map(({ length }) => length)) + 2;
  const faults = speechFaultNames.map((name) => `  ${name.padEnd(width)}${speechFaults[name].doc}`);
  return `${title}

  --port N                   port, 0 for a free one (default 0)
  --seed N                   decides who gets which fault, and how requests without a seed sound (default 1)
  --inference-ms N           time for any text (default ${DEFAULT_SPEECH.inference.fixedMs})
  --inference-ms-per-char N  time for each character beyond (default 0)
  --jitter SHARE             by which that varies (default 0)
  --first-share SHARE        of the time after which a stream has its first byte (default ${DEFAULT_SPEECH.inference.firstShare})
  --fault NAME=SHARE         share of the requests with this fault; may be given several times
  --always NAME              every request with this fault
  --log FILE                 append a JSON object for each answered request to this file
${help}
Prints one line {"url", "address", "port"} when ready; SIGINT and SIGTERM end it. GET /sim/state, GET /sim/log?since=N, GET and POST
/sim/faults {"next": [NAME, …], "always", "probabilities", "seed", "times", "clear"} drive it; a request may ask for its own fault with the
header x-sim-fault. Faults:

${faults.join('\n')}`;
}
