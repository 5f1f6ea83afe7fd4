import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { encode } from '../protocol/codec.ts';
import { exitCodes } from '../protocol/exit-codes.ts';
import { replyCommandSubject } from '../protocol/subjects.ts';
import { loadConfig } from '../supervisor/load-config.ts';
import { askRoom, personName } from './ask-room.ts';
import { folder } from './operator.ts';
import { chooseRoom } from './read-sound-order.ts';
import { runCommand } from './run-command.ts';
import { findRoom, tellAnswer } from './running-room.ts';
import { formatTrial, readTrialEvents, tryEvent } from './try-event.ts';

const usage = `npm run say -- TEXT [--room ID] [--home DIR] [--json]
npm run say -- --event JSON [--config FILE] [--room ID] [--json]

  TEXT           the running host says this now, before everything else
  --event JSON   what would be said to this event, without saying it: which rule or other source answers, and its texts.
                 '{"kind":"chat","text":"多少钱"}'; further fields as in "npm run inspect -- --json"; a list of events: the last one
                 counts, those before it tell of the room, as {"kind":"product","action":"explain","title":"毛衣","price":"99"}
  --config FILE  whose rules; without: those of the demonstration
Exit code 1 when it was not done, or nothing would be said; 78 when the configuration is bad.`;

const deadlineMs = 3_000;

await runCommand(main);

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    options: {
      event: { type: 'string' },
      config: { type: 'string' },
      room: { type: 'string' },
      home: { type: 'string' },
      json: { type: 'boolean' },
      help: { type: 'boolean', short: 'h' },
    },
    allowPositionals: true,
  });
  if (values.help) {
    console.log(usage);
    return exitCodes.clean;
  }
  const json = values.json ?? false;
  if (values.event !== undefined) {
    if (positionals.length > 0) throw new Error(`"${positionals[0]}" is one word too many beside --event`);
    return await rehearse(values.event, { config: values.config, room: values.room, json });
  }
  if (values.config !== undefined) throw new Error('--config goes with --event');
  const text = positionals.join(' ').trim();
  if (text === '') throw new Error('Say what, or try an event with --event; --help tells more');
  return await say(text, { home: values.home, room: values.room, json });
}

async function say(
  text: string,
  { json, ...named }: { home: string | undefined; room: string | undefined; json: boolean },
): Promise<number> {
  const { home, state, room } = findRoom(named);
  const order = { action: 'say', forMs: 0, all: false, text, viewer: '', by: personName() } as const;
  const subject = replyCommandSubject(room);
  const bytes = encode('helm', order);
  return tellAnswer(
    room,
    await askRoom(home, state, { what: 'hosts', room, subject, bytes, deadlineMs }),
    json,
  );
}

async function rehearse(
  text: string,
  given: { config: string | undefined; room: string | undefined; json: boolean },
): Promise<number> {
  const file = given.config === undefined ? '' : resolve(folder, given.config);
  const loaded = await loadConfig(file, process.env);
  if (!loaded.ok) {
    for (const line of loaded.lines) console.error(line);
    return exitCodes.badConfiguration;
  }
  const { config } = loaded;
  const rooms = config.rooms.map(({ id }) => id);
  const room = given.room === undefined ? (rooms[0] ?? '') : chooseRoom(rooms, given.room);
  const trial = await tryEvent(readTrialEvents(text, room, Date.now()), { room, config, now: Date.now() });
  console.log(given.json ? JSON.stringify(trial) : formatTrial(trial));
  return trial.say === undefined ? exitCodes.failed : exitCodes.clean;
}
