import { parseArgs } from 'node:util';
import { buffer } from 'node:stream/consumers';
import { decode } from '../protocol/codec.ts';
import type { Message } from '../protocol/codec.ts';
import { exitCodes } from '../protocol/exit-codes.ts';
import { schemaText } from '../protocol/schema.ts';
import { operatorKeyFile } from '../supervisor/bus-link.ts';
import type { Bus } from '../workers/bus.ts';
import { describeMessage } from './describe-message.ts';
import { Ledger, formatBalance } from './ledger.ts';
import { homeFolder, openOperatorBus, openStoredBus, runningState } from './operator.ts';
import { readPendingWork } from './pending-work.ts';
import { runCommand } from './run-command.ts';

const usage = `npm run inspect [-- SUBJECT] [--home DIR] [--json] [--count N]
npm run inspect -- --balance [--json]

  SUBJECT      what to watch, default 'live.>'; also 'live.demo.event.*', 'live.*.outcome.*', 'ops.>'
  --balance    the ledger: events in against outcomes out; works also when nothing runs; exit code 1 when it does not balance
  --history    first what the streams still hold, then what comes (only for live.… subjects)
  --stdin      turns one payload on standard input into JSON
  --proto      the protobuf schema of all payloads
  --cli        how to point the NATS command line here
  --json       one JSON object per line
  --count N    ends after N messages
  --home DIR   home folder of the supervisor (default: var)`;

const balanceTimeoutMs = 120_000;
const streamOfToken = {
  event: ['EVENTS', 'event'],
  speech: ['SPEECH', 'segment'],
  audio: ['AUDIO', 'chunk'],
  outcome: ['OUTCOME', 'outcome'],
} as const;

/** Ends with 0 when a reader of our output goes away, as `head` does. */
process.stdout.on('error', () => process.exit(exitCodes.clean));
await runCommand(main);

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      balance: { type: 'boolean' },
      history: { type: 'boolean' },
      stdin: { type: 'boolean' },
      proto: { type: 'boolean' },
      cli: { type: 'boolean' },
      json: { type: 'boolean' },
      help: { type: 'boolean', short: 'h' },
      count: { type: 'string' },
      home: { type: 'string' },
    },
  });
  const home = homeFolder(values.home);
  const json = values.json ?? false;
  if (values.help) return print(usage);
  if (values.proto) return print(schemaText);
  if (values.stdin) return await printPayload();
  if (values.cli) return print(cliHelp(home));
  if (values.balance) return await printBalance(home, json);
  const count = values.count === undefined ? Infinity : Number(values.count);
  if (!(count >= 1)) throw new Error(`--count must be a number of messages, got "${values.count}"`);
  return await watch({
    home,
    json,
    count,
    subject: positionals[0] ?? 'live.>',
    history: values.history ?? false,
  });
}

function print(text: string): number {
  console.log(text);
  return exitCodes.clean;
}

async function printPayload(): Promise<number> {
  const message = decode(await buffer(process.stdin));
  return print(toJson(message));
}

async function printBalance(home: string, json: boolean): Promise<number> {
  const running = runningState(home);
  const signal = AbortSignal.timeout(balanceTimeoutMs);
  if (running.running) {
    await using bus = await openOperatorBus(home, running.state, signal);
    return await report(bus, true);
  }
  await using stored = await openStoredBus(home, signal);
  return await report(stored.bus, false);

  async function report(bus: Bus, onAir: boolean): Promise<number> {
    const ledger = new Ledger();
    const pending = await readPendingWork(bus, signal);
    for (const eventId of pending.unspoken) ledger.addPending(eventId);
    const from = { seq: 1 };
    // Events first: an outcome that comes while reading then belongs to an event that was read, or to a later one, which does not count.
    for await (const { body, seq } of bus.read('EVENTS', 'event', {
      filter: 'live.*.event.*',
      from,
      untilEnd: true,
      signal,
    })) {
      ledger.addEvent(body);
      if (pending.isBeforeReply(body.room, seq)) ledger.addPending(body.id);
    }
    for await (const { body } of bus.read('OUTCOME', 'outcome', {
      filter: 'live.*.outcome.*',
      from,
      untilEnd: true,
      signal,
    })) {
      ledger.addOutcome(body);
    }
    signal.throwIfAborted();
    const balance = ledger.balance(Date.now(), onAir);
    console.log(json ? JSON.stringify(balance) : formatBalance(balance));
    return balance.balanced ? exitCodes.clean : exitCodes.failed;
  }
}

interface WatchOptions {
  home: string;
  subject: string;
  json: boolean;
  history: boolean;
  count: number;
}

async function watch({ home, subject, json, history, count }: WatchOptions): Promise<number> {
  const running = runningState(home);
  if (!running.running) throw new Error(`${running.why}. Start one with: npm run supervise`);
  const stop = new AbortController();
  process.once('SIGINT', () => stop.abort());
  process.once('SIGTERM', () => stop.abort());
  await using bus = await openOperatorBus(home, running.state, stop.signal);
  if (!json)
    console.error(
      `watching ${subject} on ${running.state.nats.url}; Ctrl-C ends; --cli tells how to use the NATS command line`,
    );
  let shown = 0;
  let playing = '';
  const show = (from: string, message: Message) => {
    if (!json && message.type === 'playhead') {
      // It comes several times a second; a person wants to know when something else plays.
      const { room, state, utteranceId, segmentIndex } = message.body;
      const now = [room, state, utteranceId, segmentIndex].join(' ');
      if (now === playing) return;
      playing = now;
    }
    console.log(
      json
        ? toJson({ subject: from, ...message })
        : `${clock()} ${from.padEnd(28)} ${describeMessage(message)}`,
    );
    shown += 1;
    if (shown >= count) stop.abort();
  };
  if (history) await showHistory(bus, subject, show, stop.signal);
  if (stop.signal.aborted) return exitCodes.clean;
  for await (const { subject: from, message } of bus.listen(subject, stop.signal)) {
    if (stop.signal.aborted) break;
    show(from, message);
  }
  return exitCodes.clean;
}

async function showHistory(
  bus: Bus,
  subject: string,
  show: (from: string, message: Message) => void,
  signal: AbortSignal,
): Promise<void> {
  const token = subject.split('.')[2] ?? '>';
  for (const [name, [stream, type]] of Object.entries(streamOfToken)) {
    if (token !== '>' && token !== '*' && token !== name) continue;
    const filter = token === name ? subject : name === 'audio' ? 'live.*.audio' : `live.*.${name}.*`;
    for await (const { body, message } of bus.read(stream, type, {
      filter,
      from: { seq: 1 },
      untilEnd: true,
      signal,
    })) {
      show(message.subject, { type, body } as Message);
      // What has been fetched already would still be given.
      if (signal.aborted) return;
    }
  }
}

function clock(): string {
  return new Date().toTimeString().slice(0, 8);
}

/** Bytes become their length: nobody reads sound in JSON. */
function toJson(value: unknown): string {
  return JSON.stringify(value, (_, field: unknown) =>
    isBytes(field) ? `${byteLength(field)} bytes` : field,
  );
}

type Bytes = Uint8Array | { type: 'Buffer'; data: number[] };

function isBytes(value: unknown): value is Bytes {
  if (value instanceof Uint8Array) return true;
  return (
    typeof value === 'object' &&
    value !== null &&
    'type' in value &&
    value.type === 'Buffer' &&
    'data' in value
  );
}

function byteLength(bytes: Bytes): number {
  return bytes instanceof Uint8Array ? bytes.byteLength : bytes.data.length;
}

function cliHelp(home: string): string {
  const running = runningState(home);
  const url = running.running
    ? running.state.nats.url
    : 'nats://127.0.0.1:PORT  (nothing runs in this home now)';
  return `The NATS command line (https://github.com/nats-io/natscli) with the read-only operator key:

  nats --server ${url} --nkey ${operatorKeyFile(home)} --inbox-prefix _INBOX_operator stream ls
  nats --server ${url} --nkey ${operatorKeyFile(home)} --inbox-prefix _INBOX_operator sub 'live.>' --translate 'npm run -s inspect -- --stdin'

Payloads are protobuf; --translate pipes each through a command, and "inspect -- --stdin" turns it into JSON.
The headers Onair-Type, Onair-Room and Onair-Text can be read without it. The key is new at each start of the supervisor.`;
}
