import type { Figure } from '../report.ts';
import type { Hearing } from './listener.ts';
import type { Joint } from './joint.ts';
import { measureJoint } from './joint.ts';
import { quantileFigures } from './quantiles.ts';
import { recordingStretch } from './recording-stretch.ts';
import type { Stage } from './stage.ts';

/** Where to look for the sentence before and after a kill, relative to it; the first pair with sound in it counts. */
const stretches = [
  { fromMs: -450, toMs: 1_100 },
  { fromMs: -550, toMs: 1_250 },
  { fromMs: -350, toMs: 950 },
  { fromMs: -650, toMs: 1_400 },
];
/** What is lost of a sentence is not heard; less is the exactness of the measurement. */
const lostMs = 25;

/** What listeners heard of the kills of audio, measured in the recording. */
export function soundFigures(stage: Stage, kills: { at: number; hearing: Hearing }[]): Figure[] {
  if (kills.length === 0) return [];
  const joints = kills.flatMap(({ at, hearing }) => lookAt(stage, at, hearing.sound) ?? []);
  const unseen = kills.length - joints.length;
  if (unseen > 0)
    stage.note(
      `${unseen} of ${kills.length} kills of audio fell so that the recording could not be read there`,
    );
  const lost = joints.filter((joint) => joint.lostMs > lostMs);
  if (lost.length > 0)
    stage.broke(
      `sound was lost at ${lost.length} kills of audio: ${lost.map((joint) => Math.round(joint.lostMs)).join(', ')} ms`,
    );
  const read = (name: keyof Joint) => joints.map((joint) => joint[name]);
  return [
    ...quantileFigures('kill -9 of audio while it speaks → gap', 'ms', read('gapMs'), { p99: 250 }),
    ...quantileFigures('kill -9 of audio while it speaks → repeated', 'ms', read('repeatedMs'), { p99: 200 }),
    {
      what: `kill -9 of audio while it speaks → lost, most of ${joints.length}`,
      value: Math.max(0, ...read('lostMs')),
      unit: 'ms',
      goal: lostMs,
    },
  ];
}

function lookAt({ show: { home }, room }: Stage, at: number, sound: Float32Array): Joint | undefined {
  for (const { fromMs, toMs } of stretches) {
    const joint = measureJoint(recordingStretch(home, room, at + fromMs, at + toMs), sound);
    if (joint) return joint;
  }
  return undefined;
}
