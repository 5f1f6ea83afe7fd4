import { parseArgs } from 'node:util';
import { exitCodes } from '../../protocol/exit-codes.ts';
import { readDuration } from '../../supervisor/options.ts';
import { runCommand } from '../run-command.ts';
import { benchAudio } from './audio.ts';
import { rows as audioRows } from './audio/rows.ts';
import { chooseRows } from './choose-rows.ts';
import { benchDecode } from './decode.ts';
import { benchIngest } from './ingest.ts';
import { rows as ingestRows } from './ingest/rows.ts';
import type { BenchOptions, Report } from './report.ts';
import { describeMachine, formatReport, hasFailed } from './report.ts';
import { benchReply } from './reply.ts';
import { rows as replyRows } from './reply/rows.ts';
import { benchStart } from './start.ts';
import { benchSupervisor } from './supervisor.ts';
import { rows as supervisorRows } from './supervisor/rows.ts';
import { benchTts } from './tts.ts';
import { rows as ttsRows } from './tts/rows.ts';

const benches: Record<string, (options: BenchOptions) => Promise<Report>> = {
  decode: benchDecode,
  ingest: benchIngest,
  start: benchStart,
  supervisor: benchSupervisor,
  audio: benchAudio,
  tts: benchTts,
  reply: benchReply,
};

/** Of those that are more than one measurement. */
const rowsOf: Record<string, Record<string, unknown>> = {
  ingest: ingestRows,
  supervisor: supervisorRows,
  audio: audioRows,
  tts: ttsRows,
  reply: replyRows,
};

const maxKills = 10_000;
const maxRequests = 1_000_000;

const usage = `npm run bench [-- NAME …] [--quick] [--only ROWS] [--kills N] [--dry 120s] [--failing-start 40s] [--faults] [--requests N] [--for TIME] [--rooms N] [--seed N] [--json]

  ${Object.keys(benches).join(', ')}; without a name all of them

Each answers one question and prints what it saw, also when it misses its goal; the last line is one JSON object. Exit code 1: a goal
was missed; with ${Object.keys(rowsOf).join(', ')} only that a promise was broken (something lost, twice, left over, ended without need or not healed).

  --quick               few repetitions ("supervisor": about three minutes instead of nine, "audio": four instead of forty)
  --only ROWS           comma-separated; ${Object.entries(rowsOf)
    .map(([name, rows]) => `of "${name}": ${Object.keys(rows).join(', ')}`)
    .join('\n                        ')}
  --kills N             how often "audio" kills who plays (default 100, with --quick 6); its sink is killed half as often
  --dry TIME            how long nothing comes from whoever makes the sound of "audio" (default 120s, with --quick 30s)
  --failing-start TIME  how long a worker of "supervisor" fails at each start (default 40s, with --quick 10s)
  --faults              only the rows of "tts" in which servers do everything wrong at random: "faults", and "aired", which kills the
                        worker besides and listens; --requests N: how often (default 10000), of which "aired" takes a fifth
  --for TIME            how long the row "storm" of "ingest" lasts (default 10m, with --quick 20s), which is measured only when asked for;
                        --rooms N: over how many rooms (default 20); --seed N: decides it (default 1)
  --json                only the JSON object

Ctrl-C ends ingest, supervisor and audio early and clears up; what was seen until then is printed.`;

await runCommand(main);

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      json: { type: 'boolean' },
      quick: { type: 'boolean' },
      only: { type: 'string' },
      faults: { type: 'boolean' },
      requests: { type: 'string' },
      kills: { type: 'string' },
      dry: { type: 'string' },
      for: { type: 'string' },
      rooms: { type: 'string' },
      seed: { type: 'string' },
      'failing-start': { type: 'string' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.help) {
    console.log(usage);
    return exitCodes.clean;
  }
  if (values.faults && values.only !== undefined)
    throw new Error('--faults is two rows of its own: leave --only out');
  const only = values.faults ? 'faults,aired' : (values.only ?? '');
  if (only !== '' && positionals.length === 0)
    throw new Error(`--only is for ${Object.keys(rowsOf).join(' or ')}: name one of them`);
  const names = positionals.length > 0 ? positionals : Object.keys(benches);
  const unknown = names.filter((name) => !(name in benches));
  if (unknown.length > 0)
    throw new Error(
      `There is no benchmark "${unknown.join('", "')}"; there are ${Object.keys(benches).join(', ')}`,
    );
  for (const name of names) if (rowsOf[name]) chooseRows(only, rowsOf[name]);
  const options: BenchOptions = {
    isQuick: values.quick ?? false,
    only,
    kills: readCount('kills', values.kills ?? '0', maxKills),
    requests: readCount('requests', values.requests ?? '10000', maxRequests),
    dryMs: readTime('dry', values.dry ?? (values.quick ? '30s' : '120s')),
    failingStartMs: readTime('failing-start', values['failing-start'] ?? (values.quick ? '10s' : '40s')),
    stormMs: readTime('for', values.for ?? (values.quick ? '20s' : '10m')),
    rooms: Math.max(1, readCount('rooms', values.rooms ?? '20', 200)),
    seed: readCount('seed', values.seed ?? '1', 2 ** 31),
    say: (line) => {
      if (!values.json) console.log(line);
    },
  };
  const reports: Record<string, Report> = {};
  options.say(`on ${describeMachine()}`);
  for (const name of names) {
    const report = await benches[name]?.(options);
    if (!report) continue;
    reports[name] = report;
    options.say(formatReport(name, report));
  }
  const missed = Object.values(reports).some(hasFailed);
  console.log(JSON.stringify({ machine: describeMachine(), missed, reports }));
  return missed ? exitCodes.failed : exitCodes.clean;
}

function readCount(name: string, text: string, most: number): number {
  if (/^\d+$/.test(text) && Number(text) <= most) return Number(text);
  throw new Error(`--${name} must be a number up to ${most}, got "${text}"`);
}

function readTime(name: string, text: string): number {
  try {
    return readDuration(text);
  } catch (cause) {
    throw new Error(`--${name} must be a time such as 30s, 5m or 2h, got "${text}"`, { cause });
  }
}
