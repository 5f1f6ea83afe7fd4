import t from 'tap';
import { maxChunkBytes } from '../../../protocol/speech.ts';
import { chunkSound, missingChunk } from '../../../workers/tts/audio-chunks.ts';
import { makeSegment } from './make-segment.ts';

const segment = makeSegment();
const options = { rendition: 'tts-1-abc-1', engine: 'espeak' };

for (const bytes of [2, maxChunkBytes - 2, maxChunkBytes, maxChunkBytes + 2, maxChunkBytes * 3]) {
  void t.test(`chunkSound() loses no byte of ${bytes}`, async (t) => {
    const pcm = Uint8Array.from({ length: bytes }, (_, index) => index % 251);
    const sound = { pcm, sampleRateHz: 22_050, figures: { durationMs: 1, peak: 1 } };
    const chunks = chunkSound(segment, sound, options);
    t.equal(chunks.length, Math.ceil(bytes / maxChunkBytes));
    t.ok(Buffer.concat(chunks.map((chunk) => chunk.pcm)).equals(pcm));
    for (const [index, chunk] of chunks.entries()) {
      t.equal(chunk.id, `${segment.id}#tts-1-abc-1.${index}`);
      t.equal(chunk.index, index);
      t.equal(chunk.last, index === chunks.length - 1);
      t.equal(chunk.pcm.byteLength % 2, 0);
      t.same(chunk.segment, { ...segment, script: [] });
    }
  });
}

void t.test('missingChunk() is one last chunk without samples', async (t) => {
  t.match(missingChunk(segment, 'expired', options), {
    index: 0,
    last: true,
    missingReason: 'expired',
    rendition: 'tts-1-abc-1',
    pcm: new Uint8Array(0),
  });
});
