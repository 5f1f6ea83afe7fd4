import { appendFileSync, mkdirSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { join } from 'node:path';
import { describeFailure, toFailure } from '../../protocol/failure.ts';
import { openStopSignals } from '../../supervisor/stop-signals.ts';
import { openRunHome } from '../chaos/home.ts';
import type { Injury } from '../chaos/run-plan.ts';
import { runShow } from '../chaos/run-show.ts';
import { sabotageEnvironment } from '../chaos/sabotage-environment.ts';
import { roomName } from '../chaos/show-config.ts';
import type { Show } from '../chaos/show.ts';
import { chooseRows } from './choose-rows.ts';
import type { BenchOptions, Figure, Report } from './report.ts';
import { evidenceFigures } from './supervisor/evidence-figures.ts';
import type { Row, Stage } from './supervisor/stage.ts';
import { SupervisorLog } from './supervisor/supervisor-log.ts';

const seed = 7;
/** A busy room. */
const pace = 3;

export interface ShowBench {
  question: string;
  /** In the order in which they are measured, each on the show that the one before has left. */
  rows: Record<string, Row>;
  /** Settings of the supervisor. */
  supervisor: object;
  /** Rows give orders to processes of the show: each then has somebody in it who looks for them, which takes some of its time. */
  isSabotaged: boolean;
}

/**
 * Hurts a real show in simulated surroundings, one thing after the other, and measures what comes of it. Only what was lost, heard
 * twice, left over, ended without need or not healed is a broken promise; a slow figure may be the machine's.
 */
export async function benchOnShow(
  { question, rows, supervisor, isSabotaged }: ShowBench,
  options: BenchOptions,
): Promise<Report> {
  const names = chooseRows(options.only, rows);
  using home = openRunHome('');
  let show: Show | undefined;
  using stop = openStopSignals(() => {
    show?.kill();
    home[Symbol.dispose]();
    process.exit(1);
  });
  const figures: Figure[] = [];
  const load: number[] = [];
  let harmed = 0;
  let unhealed = 0;
  const broken: string[] = [];
  const notes: string[] = [];
  const orders = join(home.folder, 'chaos');
  mkdirSync(orders);
  const evidence = await runShow({
    home: home.folder,
    seed,
    pace,
    rooms: 1,
    signal: stop.signal,
    say: (line) => {
      // What the show itself says is kept for who asks why.
      if (line.startsWith('  |')) appendFileSync(join(home.folder, 'said.txt'), `${line}\n`);
      else options.say(line);
    },
    environment: isSabotaged ? sabotageEnvironment(orders) : {},
    supervisor,
    onStart: (started) => (show = started),
    async during(running, noteAcks) {
      const injuries: Injury[] = [];
      const stage: Stage = {
        ...options,
        show: running,
        room: roomName(0),
        log: new SupervisorLog(home.folder),
        scene: { show: running, noteAcks, orders, proxies: new Map(), disk: undefined, signal: stop.signal },
        signal: stop.signal,
        broke: (what) => broken.push(what),
        unhealed(what) {
          unhealed += 1;
          broken.push(what);
        },
        harmed(victim) {
          harmed += 1;
          injuries.push(newInjury(victim, Date.now() - running.onAirAt));
        },
        note: (line) => notes.push(line),
      };
      for (const name of names) {
        if (stop.signal.aborted || running.exit) break;
        options.say(`${name} …`);
        load.push(loadavg()[0] ?? 0);
        try {
          figures.push(...((await rows[name]?.(stage)) ?? []));
        } catch (error) {
          if (!stop.signal.aborted) broken.push(`${name}: ${describeFailure(toFailure(error))}`);
        }
      }
      return injuries;
    },
  });
  if (harmed > 0)
    figures.push({
      what: `faults that did not heal alone, of ${harmed}`,
      value: (100 * unhealed) / harmed,
      unit: '%',
      goal: 10,
    });
  const left = evidenceFigures(home.folder, evidence);
  notes.push(
    `load of the machine while it was measured: ${load.map((each) => each.toFixed(1)).join(', ')} on ${cpus().length} cores (1 = one core busy)`,
  );
  // What was hurt just then has had no time to heal.
  if (stop.signal.aborted) notes.push('ended before its time', ...left.broken);
  else broken.push(...left.broken);
  if (broken.length > 0 && !stop.signal.aborted) {
    home.keep();
    notes.push(`what the show left is in ${home.folder}`);
  }
  return { question, figures: [...figures, ...left.figures], broken, notes: [...notes, ...left.notes] };
}

/** Tells when to listen most closely; whether it healed is judged by each row itself. */
function newInjury(victim: string, atMs: number): Injury {
  return {
    fault: 'bench',
    victim,
    atMs,
    detectionMs: null,
    recoveryMs: 0,
    falseKills: [],
    orphans: [],
    figures: {},
  };
}
