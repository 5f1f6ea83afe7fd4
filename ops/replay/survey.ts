import { stat } from 'node:fs/promises';
import { isSourceType, sourceTypes } from '../../workers/ingest/open-source.ts';
import { readRecording } from '../../workers/ingest/recording/read-recording.ts';

/** What is in a recording. Times in milliseconds of the recording. */
export interface Survey {
  /** Type of the source. */
  source: string;
  messages: number;
  bytes: number;
  durationMs: number;
  /** How long it lasts when pauses are shortened to `skipSilenceMs`. */
  playMs: number;
  /** One sentence for each damage, the first few. */
  damages: string[];
  damaged: number;
}

const toldDamages = 5;
const known = sourceTypes.filter((type) => type !== 'recording');

/** Reads a whole recording without decoding it. Throws an Error that says what is wrong with a file that is none. */
export async function surveyRecording(
  path: string,
  { of, skipSilenceMs }: { of: string; skipSilenceMs: number },
): Promise<Survey> {
  if (!isSourceType(of) || of === 'recording')
    throw new Error(`There is no source "${of}" that could be recorded; known are ${known.join(', ')}`);
  try {
    await stat(path);
  } catch (cause) {
    throw new Error(`Cannot read the recording ${path}`, { cause });
  }
  const survey: Survey = {
    source: '',
    messages: 0,
    bytes: 0,
    durationMs: 0,
    playMs: 0,
    damages: [],
    damaged: 0,
  };
  let last: number | undefined;
  for await (const item of readRecording(path)) {
    if (item.kind === 'header') survey.source ||= item.header.source;
    else if (item.kind === 'damage') {
      survey.damaged += 1;
      const rest = item.isEnd ? ', nothing after it can be read in that file' : '';
      if (survey.damages.length < toldDamages)
        survey.damages.push(`${item.path} at byte ${item.at}: ${item.text}${rest}`);
    } else {
      const pause = Math.max(0, item.message.receivedAt - (last ?? item.message.receivedAt));
      last = Math.max(last ?? 0, item.message.receivedAt);
      survey.messages += 1;
      survey.bytes += item.message.data.byteLength;
      survey.durationMs += pause;
      survey.playMs += skipSilenceMs > 0 ? Math.min(pause, skipSilenceMs) : pause;
    }
  }
  survey.source ||= of;
  if (survey.messages === 0)
    throw new Error(`${path} holds no message${survey.damages[0] ? `; ${survey.damages[0]}` : ''}`);
  if (!isSourceType(survey.source) || survey.source === 'recording')
    throw new Error(`${path} is a recording of "${survey.source}"; known are ${known.join(', ')}`);
  return survey;
}
