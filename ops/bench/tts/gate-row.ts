import type { SoundVerdict } from '../../../workers/tts/gate/judge-sound.ts';
import { judgeSound } from '../../../workers/tts/gate/judge-sound.ts';
import type { VoiceProfile } from '../../../workers/tts/gate/voice-profile.ts';
import { learn, unknownVoice } from '../../../workers/tts/gate/voice-profile.ts';
import type { BenchOptions, Figure } from '../report.ts';
import { quantile } from '../report.ts';
import { atRate } from './damage.ts';
import { EmbeddedVoice, join } from './embedded-voice.ts';
import type { CorpusOptions, Sample } from './gate-corpus.ts';
import { gateCorpus } from './gate-corpus.ts';
import { kinds } from './gate-kinds.ts';
import type { Measured } from '../measure-rows.ts';

/** No bound of the gate was chosen by the sounds of this one. */
const seed = 20_261;
const corpus: CorpusOptions = {
  seed,
  voices: {
    cmn: { tongue: 'zh', sentences: 204 },
    yue: { tongue: 'zh', sentences: 36 },
    en: { tongue: 'en', sentences: 24 },
  },
};
const quickCorpus: CorpusOptions = { seed, voices: { cmn: { tongue: 'zh', sentences: 25 } } };
/** In percent of those that must not be heard: how many may be, at most. */
const goals: Record<string, number> = { fingerprint: 0, blank: 0.5, truncated: 5, looped: 5 };
/** In percent of those that must be heard: how many may be refused. */
const wrongly = 1;
const cost = { runs: 120, warmUp: 40, lengthS: 5, rateHz: 32_000, goalMs: 10 };

/** How often each kind was refused, and for what. */
export interface Tally {
  kind: string;
  group: Sample['group'];
  sounds: number;
  refused: number;
  reasons: Map<string, number>;
}

/** How many wrong sounds the gate lets through, how many right ones it refuses, and what it costs. */
export async function measureGate({ isQuick, say }: BenchOptions): Promise<Measured> {
  const tallies = await judgeCorpus(isQuick ? quickCorpus : corpus, say);
  const figures = [...missedFigures(tallies), ...(await costFigures())];
  const broken = figures.flatMap(({ what, value, unit, goal }) =>
    goal !== undefined && value > goal && unit === '%'
      ? `${what}: ${value.toFixed(2)} %, at most ${goal} %`
      : [],
  );
  return { figures, notes: tallies.map(describeTally), broken };
}

/** Judges all of it as the product would: what passes of the lessons teaches, and everything clean may. */
export async function judgeCorpus(
  options: CorpusOptions,
  say: (line: string) => void = () => {},
): Promise<Tally[]> {
  const profiles = new Map<string, VoiceProfile>();
  const tallies = new Map(
    Object.entries({ lesson: { group: 'lesson' as const }, ...kinds }).map(
      ([kind, { group }]): [string, Tally] => [
        kind,
        { kind, group, sounds: 0, refused: 0, reasons: new Map() },
      ],
    ),
  );
  let voice = '';
  for await (const sample of gateCorpus(options)) {
    if (sample.voice !== voice) say(`  gate: ${sample.voice}`);
    voice = sample.voice;
    const profile = profiles.get(voice) ?? unknownVoice;
    const verdict = judgeSound(sample.sound, { text: sample.text, speed: sample.speed, voice: profile });
    if (sample.group === 'lesson' && verdict.verdict === 'pass')
      profiles.set(voice, learn(profile, verdict.heard));
    count(tallies.get(sample.kind), verdict);
  }
  return [...tallies.values()].filter(({ sounds }) => sounds > 0);
}

function count(tally: Tally | undefined, { verdict, reasons, repairs }: SoundVerdict): void {
  if (!tally) return;
  tally.sounds += 1;
  if (verdict === 'reject') tally.refused += 1;
  const names = tally.group === 'mended' ? repairs : reasons;
  for (const name of names) tally.reasons.set(name, (tally.reasons.get(name) ?? 0) + 1);
}

/** Right ones that were refused, and wrong ones that were not, by group and in percent. */
export function missedFigures(tallies: readonly Tally[]): Figure[] {
  const share = (groups: string[], isWrong: boolean): { value: number; sounds: number } => {
    const chosen = tallies.filter(({ group }) => groups.includes(group));
    const sounds = chosen.reduce((sum, tally) => sum + tally.sounds, 0);
    const refused = chosen.reduce((sum, tally) => sum + tally.refused, 0);
    return { value: (100 * (isWrong ? sounds - refused : refused)) / Math.max(1, sounds), sounds };
  };
  const right = share(['clean', 'lesson'], false);
  const mended = share(['mended'], false);
  return [
    { what: `right sounds refused, of ${right.sounds}`, value: right.value, unit: '%', goal: wrongly },
    { what: `mendable sounds refused, of ${mended.sounds}`, value: mended.value, unit: '%', goal: wrongly },
    ...['fingerprint', 'blank', 'truncated', 'looped', 'noise', 'damaged'].map((group): Figure => {
      const { value, sounds } = share([group], true);
      const goal = goals[group];
      return {
        what: `${group}, let through of ${sounds}`,
        value,
        unit: '%',
        ...(goal === undefined ? {} : { goal }),
      };
    }),
  ];
}

function describeTally({ kind, group, sounds, refused, reasons }: Tally): string {
  const why = [...reasons].toSorted(([, a], [, b]) => b - a).map(([name, times]) => `${name} ${times}`);
  const percent = `${((100 * refused) / sounds).toFixed(1)} %`;
  return `${group.padEnd(11)} ${kind.padEnd(26)} refused ${percent.padStart(7)} of ${String(sounds).padStart(3)}   ${why.join(', ')}`;
}

/** Processor time of one judgement, warm. */
async function costFigures(): Promise<Figure[]> {
  const embedded = await EmbeddedVoice.open();
  const text = '欢迎来到直播间，这款连衣裙今天只要三十九块九，喜欢就赶紧带走吧。';
  const { samples, sampleRateHz } = atRate(embedded.speak(text, { voice: 'cmn', speed: 1.2 }), cost.rateHz);
  const five = { samples: join(samples, samples).subarray(0, cost.lengthS * sampleRateHz), sampleRateHz };
  const times = Array.from({ length: cost.runs }, () => {
    const before = process.cpuUsage();
    judgeSound(five, { text, speed: 1.2, voice: unknownVoice });
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1_000;
  }).slice(cost.warmUp);
  const what = `judging ${cost.lengthS} s at ${cost.rateHz / 1_000} kHz`;
  return [
    { what: `${what}, p50 of ${times.length}`, value: quantile(times, 0.5), unit: 'ms', goal: cost.goalMs },
    { what: `${what}, p95 of ${times.length}`, value: quantile(times, 0.95), unit: 'ms' },
  ];
}
