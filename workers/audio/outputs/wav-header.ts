import { wavHeader as headerOf } from '../../wav-header.ts';
import { outputRateHz } from '../format.ts';

export { wavHeaderBytes } from '../../wav-header.ts';

/** The head of a WAV file with so many bytes of our samples. */
export function wavHeader(dataBytes: number): Buffer {
  return headerOf({ dataBytes, sampleRateHz: outputRateHz });
}
