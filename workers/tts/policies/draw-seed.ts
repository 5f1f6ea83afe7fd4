/** Seeds of engines are 31 bits wide at the least. */
const mask = 0x7f_ff_ff_ff;

/**
 * The same text, re-roll and try give the same seed in every process, so that a rendition can be had again; any other gives another
 * one (FNV-1a with a final mix, so that near tries lie far apart).
 */
export function drawSeed(text: string, { roll, attempt }: { roll: number; attempt: number }): number {
  let hash = 0x81_1c_9d_c5;
  for (const character of `${roll} ${attempt} ${text}`) {
    hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01_00_01_93);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85_eb_ca_6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2_b2_ae_35);
  return (hash ^ (hash >>> 16)) & mask;
}
