import type { ConfigurationProblem } from '../../../protocol/configuration-error.ts';
import type { RecordingSource as RecordingConfig } from '../../../protocol/sources/recording.ts';
import { genericPolicy } from '../connection-policy.ts';
import { isSourceType, sourceDefinition } from '../open-source.ts';
import { readRecording } from '../recording/read-recording.ts';
import { RecordingSource } from '../recording/recording-source.ts';
import type { Decoder, SourceDefinition, SourceParts } from '../source.ts';

/** A room that plays again what was recorded, through the decoder of the source that was recorded. */
export const recording: SourceDefinition<RecordingConfig> = {
  platform: 'recording',
  // Its pauses are those of the room that was recorded.
  policy: { ...genericPolicy, silenceLostMs: 0 },
  open: (config, parts) =>
    new RecordingSource({ ...parts, config, openDecoder: async (type) => await openDecoder(type, parts) }),
  openDecoder: () => ({ decode: async () => await Promise.resolve([]) }),
  check,
  warmUp: async () => await Promise.resolve(),
};

async function openDecoder(
  type: string,
  parts: Pick<SourceParts, 'room' | 'tally' | 'faults'>,
): Promise<Decoder> {
  if (type === 'recording' || !isSourceType(type))
    throw new Error(`A recording of "${type}" cannot be played here: there is no such source`);
  return (await sourceDefinition(type)).openDecoder(parts);
}

/** Whether it can be opened, and is one. */
async function check({ file, of }: RecordingConfig): Promise<ConfigurationProblem[]> {
  if (of === 'recording' || !isSourceType(of)) return [{ path: 'of', message: `there is no source "${of}"` }];
  try {
    for await (const item of readRecording(file))
      if (item.kind !== 'header' || isSourceType(item.header.source)) return [];
      else
        return [
          { path: 'file', message: `is a recording of "${item.header.source}", which is not known here` },
        ];
    return [{ path: 'file', message: 'is empty' }];
  } catch (error) {
    return [{ path: 'file', message: `cannot be played: ${(error as Error).message}` }];
  }
}
