import type { Figure } from '../report.ts';
import type { Hearing } from './listener.ts';
import type { Joint } from './joint.ts';
import { measureJoint } from './joint.ts';
import { quantileFigures } from './quantiles.ts';
import { recordingStretch } from './recording-stretch.ts';
import type { Stage } from './stage.ts';

/** A sentence that was being heard when somebody was killed, at a time in unix milliseconds. */
export interface Cut {
  at: number;
  hearing: Hearing;
}

export interface SoundFigureOptions {
  /** What was done, for the table. */
  what: string;
  goals: { gapMs: number; repeatedMs: number };
  /** The longest gap that can be measured; the same sentence has to go on behind it for as long as behind a short one. */
  longestMs?: number;
  /** The largest of each has a line of its own. */
  withMax?: boolean;
}

/** Where to look for the sentence before and after a kill, relative to it; the first pair with sound in it counts. */
const stretches = [
  { fromMs: -450, toMs: 1_100 },
  { fromMs: -550, toMs: 1_250 },
  { fromMs: -350, toMs: 950 },
  { fromMs: -650, toMs: 1_400 },
];
/** So much further on it is looked for behind a longer gap. */
const laterMs = [0, 700, 1_000, 1_400, 1_900];
/** So long a gap the nearest of them can have in it. */
const shortMs = 700;
/** What is lost of a sentence is not heard; less is the exactness of the measurement. */
const lostMs = 25;

/** What listeners heard of the kills of somebody, measured in the recording. */
export function soundFigures(stage: Stage, cuts: Cut[], options: SoundFigureOptions): Figure[] {
  const { what, goals, longestMs = shortMs, withMax = false } = options;
  if (cuts.length === 0) return [];
  const joints = cuts.flatMap(({ at, hearing }) => lookAt(stage, at, hearing.sound, longestMs) ?? []);
  const unseen = cuts.length - joints.length;
  if (unseen > 0)
    stage.note(`${what}: ${unseen} of ${cuts.length} fell so that the recording could not be read there`);
  const lost = joints.filter((joint) => joint.lostMs > lostMs);
  if (lost.length > 0)
    stage.broke(
      `${what}: sound was lost ${lost.length} times: ${lost.map((joint) => Math.round(joint.lostMs)).join(', ')} ms`,
    );
  const read = (name: keyof Joint) => joints.map((joint) => joint[name]);
  const max = withMax ? { max: 'none' as const } : {};
  return [
    ...quantileFigures(`${what} → gap`, 'ms', read('gapMs'), { p99: goals.gapMs, ...max }),
    ...quantileFigures(`${what} → repeated`, 'ms', read('repeatedMs'), { p99: goals.repeatedMs, ...max }),
    {
      what: `${what} → lost, most of ${joints.length}`,
      value: Math.max(0, ...read('lostMs')),
      unit: 'ms',
      goal: lostMs,
    },
  ];
}

function lookAt(
  { show: { home }, room }: Stage,
  at: number,
  sound: Float32Array,
  longestMs: number,
): Joint | undefined {
  for (const moreMs of laterMs.filter((each) => each <= Math.max(0, longestMs - shortMs)))
    for (const { fromMs, toMs } of stretches) {
      const joint = measureJoint(recordingStretch(home, room, at + fromMs, at + toMs + moreMs), sound);
      if (joint) return joint;
    }
  return undefined;
}
