/** Codes that no text uses stand for syllables. */
const firstCode = 0xe0_00;

/** How characters sound, one reading each and without tones: what sounds the same has the same code. */
export interface Sounds {
  /** The code of a character's syllable; of what is no Chinese character its own. */
  codeOf(code: number): number;
  encode(text: string): string;
  /** A word in Latin letters (weixin); '' unless it has two Chinese characters or more, and nothing else. */
  write(word: string): string;
}

/** Loads the readings only when somebody asks for them. */
export async function loadSounds(): Promise<Sounds> {
  const { pinyin } = await import('pinyin-pro');
  const syllables = new Map<string, number>();
  const codes = new Uint16Array(0x1_00_00);
  const read = (character: string) => pinyin(character, { toneType: 'none', v: true });
  // Many do not tell xin from xing.
  const hear = (character: string) => read(character).replace(/ng$/, 'n');
  const codeOf = (code: number): number => {
    const known = codes[code] ?? 0;
    if (known !== 0) return known;
    let found = code;
    if (isHan.test(String.fromCharCode(code))) {
      const syllable = hear(String.fromCharCode(code));
      found = syllables.get(syllable) ?? firstCode + syllables.size;
      syllables.set(syllable, found);
    }
    codes[code] = found;
    return found;
  };
  return {
    codeOf,
    encode: (text) =>
      Array.from(text, (character) => String.fromCharCode(codeOf(character.charCodeAt(0)))).join(''),
    write: (word) => {
      const characters = Array.from(word);
      if (characters.length < 2 || !characters.every((character) => isHan.test(character))) return '';
      return characters.map(read).join('');
    },
  };
}

const isHan = /^[\u3400-\u9fff]$/;
