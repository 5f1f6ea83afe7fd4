import { buckets, streams } from '../../protocol/streams.ts';

/** Sound is made anew from SPEECH: it would be nearly all of the archive, and an hour later nobody needs it. */
const leftOut = ['AUDIO'];

export const archivedBuckets = buckets.map((bucket) => `KV_${bucket}`);

/**
 * What an archive holds, in the order in which it is read: buckets first, then the streams from cause to effect. So a running home's
 * archive may know the outcome of something that it says is playing, or of an event that it lacks, but never the other way round.
 */
export const archivedStreams = streams.map(({ name }) => name).filter((name) => !leftOut.includes(name));
