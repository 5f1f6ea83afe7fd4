/** What is longer between two marks is no stage direction. */
const longestAside = 30;
/** A tag, a link and the like may take so long to be complete. */
const longestHeld = 80;
const longestThought = 200_000;

/**
 * Makes what a model writes fit to be said, as it comes: without thoughts, markdown, lists, pictures, stage directions, and phrases about
 * itself. Holds back what is not complete.
 */
export class SpeechShaper {
  #text = '';
  #isThinking: boolean;
  #thought = 0;
  #isLineStart = true;
  /** With which a sentence ended, and nothing has followed yet. */
  #mark = '';

  /** `beginsThinking`: the first thoughts have an end mark only. */
  constructor({ beginsThinking = false } = {}) {
    this.#isThinking = beginsThinking;
  }

  push(text: string): string {
    this.#text += text;
    return this.#take(false);
  }

  flush(): string {
    return this.#take(true);
  }

  #take(ended: boolean): string {
    let result = '';
    for (;;) {
      if (this.#isThinking && !this.#skipThought(ended)) return result;
      const open = openTag.exec(this.#text);
      const part = open ? this.#text.slice(0, open.index) : this.#text;
      const lead = this.#isLineStart ? '\n' : '';
      const until = open || ended ? part.length : Math.max(0, completeLength(lead + part) - lead.length);
      result += this.#shape(part.slice(0, until));
      this.#text = this.#text.slice(until);
      if (!open) return result;
      this.#text = this.#text.slice(open[0].length);
      this.#isThinking = true;
    }
  }

  /** True when the thought is over. */
  #skipThought(ended: boolean): boolean {
    const close = closeTag.exec(this.#text);
    if (close) {
      this.#text = this.#text.slice(close.index + close[0].length);
      this.#isThinking = false;
      return true;
    }
    const rest = ended ? '' : this.#text.slice(-16);
    this.#thought += this.#text.length - rest.length;
    this.#text = this.#thought > longestThought ? '' : rest;
    return false;
  }

  #shape(text: string): string {
    if (text === '') return '';
    const before = this.#isLineStart ? '\n' : this.#mark;
    this.#isLineStart = text.endsWith('\n');
    this.#mark = sentenceEnd.exec(text)?.[0] ?? '';
    const shaped = shape(`${before}${text}`);
    return shaped.startsWith(before) ? shaped.slice(before.length) : shaped;
  }
}

export const openTag = /<(?:think|thinking|thought|reasoning|analysis|reflection|思考|思考过程|分析)>/iu;
export const closeTag = /<\/(?:think|thinking|thought|reasoning|analysis|reflection|思考|思考过程|分析)>/iu;
const closeTags = new RegExp(closeTag.source, 'giu');
const special = /<\|[^|>]{0,40}\|>|<\/?[a-z][^<>]{0,60}>/giu;
const aside = new RegExp(
  String.raw`(?<!\*)\*(?!\*)[^*\n]{1,${longestAside}}\*(?!\*)|[（(【\[][^（）()【】\[\]\n]{0,${longestAside}}(?:笑|微笑|动作|语气|停顿|鼓掌|点头|眨眼|表情|镜头|旁白|音乐|挥手|比心|拿起|展示|转身)[^（）()【】\[\]\n]{0,${longestAside}}[）)】\]]`,
  'gu',
);
/** In brackets before a sentence: how it is said. With a number in it, it may be something to know. */
const opening = new RegExp(
  String.raw`(?<=[\n。！？!?～])[^\S\n]*[（(][^（）()【】\n\d]{1,${longestAside}}[）)]`,
  'gu',
);
const sentenceEnd = /[。！？!?～]$/u;
/** [赞], [鲜花]: pictures of the platform, by name. */
const faces = /\[\p{Script=Han}{1,6}\](?!\()/gu;
const pictures =
  /\p{Extended_Pictographic}|\p{Emoji_Modifier}|\p{Regional_Indicator}|\p{Variation_Selector}|\p{Cf}|\p{Me}/gu;
const aboutItself =
  /(?:作为|身为)(?:一个|一名|一位)?(?:AI|人工智能|智能|大?语言模型|虚拟)[^，。！？,.!?\n]{0,16}[，,]\s*|我(?:只)?是(?:一个|一名|由)?[^，。！？\n]{0,12}(?:AI|语言模型|人工智能)(?:助手|模型|机器人)?[^，。！？,.!?\n]{0,8}[，,。]\s*/giu;

function shape(text: string): string {
  return text
    .replaceAll(closeTags, '')
    .replaceAll(special, '')
    .replaceAll(/!?\[([^\]\n]{0,60})\]\([^()\s]{0,400}\)/gu, '$1')
    .replaceAll(aside, '')
    .replaceAll(opening, '')
    .replaceAll(faces, '')
    .replaceAll(/-{3,}/gu, '')
    .replaceAll(/\n\s*(?:[-*+•·▪]\s+|\d{1,2}[.)、）]\s*(?!\d)|#{1,6}\s*|>\s*)/gu, '\n')
    .replaceAll(/\n\s*(?:主播|assistant|助手|回答|回复)\s*[:：]\s*/giu, '\n')
    .replaceAll(/[*_`~#|]+/gu, '')
    .replaceAll(pictures, '')
    .replaceAll(aboutItself, '')
    .replaceAll(/[\p{Cc}\ufffd]/gu, (character) => (character === '\n' ? '\n' : ''))
    .replaceAll(/\n\s*/gu, '\n');
}

const closedAside = new RegExp(String.raw`(?<!\*)\*(?!\*)[^*\n]{1,${longestAside}}\*(?!\*)`, 'gu');

/** How much of a text can be shaped without what follows. */
function completeLength(text: string): number {
  const from = Math.max(0, text.length - longestHeld);
  const tail = text.slice(from).replaceAll(closedAside, (found) => 'x'.repeat(found.length));
  const held = incomplete.exec(tail);
  let until = held ? from + held.index : text.length;
  if (/[\ud800-\udbff]$/.test(text.slice(0, until))) until -= 1;
  return until;
}

/** An open tag, link, stage direction or list mark, or the beginning of a phrase about itself, at the end of a text. */
const incomplete = new RegExp(
  [
    String.raw`<[^<>\n]{0,60}$`,
    String.raw`(?<!\*)\*(?!\*)[^*\n]{0,${longestAside}}$`,
    String.raw`\*+$`,
    String.raw`!?\[[^\]\n]{0,60}(?:\](?:\([^()\s]{0,400})?)?$`,
    String.raw`[（(【][^（）()【】\n]{0,${longestAside}}$`,
    String.raw`\n\s*(?:[-+•·▪>#]+\s*|\d{0,2}[.)、）]?\s*)$`,
    String.raw`\n\s*(?:主|主播|助|助手|回|回答|回复|a|as\w{0,7})\s*$`,
    '(?:作|身|作为|身为)[^，。！？,.!?\\n]{0,20}$',
    '我只?是?[^，。！？,.!?\\n]{0,4}(?:AI|语言|人工)[^，。！？,.!?\\n]{0,12}$',
  ].join('|'),
  'iu',
);
