/**
 * Text that an engine can read aloud, or '' when nothing of it can be. Takes out what is only for the eye: platform emotes such as
 * `[比心]`, addresses, emoji, control and direction marks, stretched characters. Digits stay as they are.
 */
export function speakableText(text: string): string {
  const spoken = steps
    .reduce((rest, [pattern, replacement]) => rest.replaceAll(pattern, replacement), text.toWellFormed())
    .trim();
  return /[\p{L}\p{N}]/u.test(spoken) ? spoken : '';
}

const steps: [RegExp, string][] = [
  [/\p{Cc}+/gu, ' '],
  // Zero-width, bidirectional and private-use characters, tags, and what a cut surrogate pair leaves.
  [/[\p{Cf}\p{Co}\p{Cn}\u{fe00}-\u{fe0f}\u{fffd}]+/gu, ''],
  [/(?:https?:\/\/|www\.)[\w\-.~:/?#@!$&'()*+,;=%]+/giu, ' '],
  [/\[[^[\]]{1,12}\]/gu, ' '],
  [/[\p{Extended_Pictographic}\p{Emoji_Modifier}\p{Regional_Indicator}\u{20e3}]+/gu, ' '],
  // Left-overs that engines may take for their own markup.
  [/[[\]<>{}]+/gu, ' '],
  // Stacked accents make one letter a minute long.
  [/(\p{M}{2})\p{M}+/gu, '$1'],
  // 哈哈哈哈哈哈 is said three times; numbers keep every digit.
  [/([^\p{N}])\1{3,}/gu, '$1$1$1'],
  [/\s+/gu, ' '],
];
