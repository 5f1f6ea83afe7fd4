import { PhraseError } from '../../../protocol/phrase.ts';
import type { ModelConfig } from '../../../protocol/reply/model-config.ts';
import { ClauseJudge } from '../model/clause-judge.ts';
import { SpeechShaper } from '../model/speech-shaper.ts';
import { similarity, toQuestion } from '../question.ts';
import type { WordFilter } from '../wording.ts';
import { changedPromise } from './kept-promises.ts';
import type { PlainLine } from './plain-line.ts';
import { fieldsOf, plainLine, withStandIns } from './plain-line.ts';
import { instructions } from './rewrite-request.ts';

/** Why a wording is not used. */
export interface Rejection {
  reason:
    | 'empty'
    | 'paragraphs'
    | 'refusal'
    | 'fields'
    | 'markup'
    | 'quotes'
    | 'preamble'
    | 'length'
    | 'words'
    | 'number'
    | 'promise'
    | 'condition'
    | 'instructions'
    | 'alike'
    | 'unrelated';
  /** What was found, for the log. */
  detail: string;
}

export interface WordingJudgeOptions {
  model: Pick<ModelConfig, 'persona' | 'leastHan'>;
  /** What must not be said. */
  words: WordFilter;
}

/** Of the characters of the line. */
const [shortest, longest] = [0.5, 2];
/** Dice coefficient of the pairs of characters from which on two texts are the same to a listener. */
const tooAlike = 0.8;
/** Share of what it says that the line says too; below it, it speaks of something else. */
const leastShared = 0.1;

const aboutTheTask =
  /作为(?:一个|一名|一位)?(?:AI|人工智能|语言模型|智能|助手)|语言模型|(?:抱歉|对不起|不好意思|很遗憾).{0,8}(?:无法|不能|没办法|没法)|(?:无法|不能|没办法|没法)(?:为您|帮您|为你|帮你)?(?:改写|提供|满足|协助|回答|完成|处理|生成|进行)|改写|原句|原文|花括号|占位|台词|(?:换|另)一种说法|如下|as an ai|rewrit/iu;
const preamble = /^[^，。！？,.!?]{0,16}[:：]/u;
const quoted = /^\s*["'“‘「『《].*["'”’」』》][。！？.!?]?\s*$/su;
const signs = /[<>[\]()（）【】「」『』《》〈〉{}|\\^~`*#_=•·]/gu;
/** Behind a field they say of what it is. */
const unitBehind = /(\{[\w.]+\})\s*([%％折万千百元块毛角倍件斤])/gu;
/** What any two sentences share. */
const common = new Set(
  '的了是我你您他她它这那个们有和就都也很在到把给让来去一不没吧吗呢啊哦呀哈大家可以还要会',
);

/** Decides whether what a model wrote may be said instead of a line: the same in other words, and nothing else. Pure. */
export class WordingJudge {
  readonly #options: WordingJudgeOptions;

  constructor(options: WordingJudgeOptions) {
    this.#options = options;
  }

  /** Why not; undefined: it may. `others`: wordings that there are of this line. */
  object(text: string, line: string, others: readonly string[]): Rejection | undefined {
    const plain = plainLine(line);
    return (
      objectToForm(text, plain) ??
      objectToFields(text, plain) ??
      objectToMarkup(text, plain) ??
      this.#objectToContents(withStandIns(text), withStandIns(plain.text)) ??
      objectToLikeness(withStandIns(text), [line, plain.text, ...others].map(withStandIns))
    );
  }

  /** What was kept may still be said; the word lists may be others by now. */
  isUsable(text: string, line: string): boolean {
    const { words } = this.#options;
    return (
      !objectToFields(text, plainLine(line)) && words.check(withStandIns(text), 'script').kind === 'clean'
    );
  }

  #objectToContents(text: string, line: string): Rejection | undefined {
    const { model, words } = this.#options;
    const [length, own] = [lengthOf(text), lengthOf(line)];
    if (length < own * shortest || length > own * longest)
      return { reason: 'length', detail: `${length} characters, and the line has ${own}` };
    const checked = words.check(text, 'script');
    if (checked.kind !== 'clean') return { reason: 'words', detail: checked.kind };
    const change = changedPromise(line, text);
    if (change) return { reason: change.kind, detail: change.what };
    const objection = new ClauseJudge({ ...model, rules: instructions }, [line]).object(text);
    return objection === undefined ? undefined : { reason: 'instructions', detail: objection };
  }
}

function objectToForm(text: string, { text: line }: PlainLine): Rejection | undefined {
  if (!/\p{L}/u.test(text)) return { reason: 'empty', detail: '' };
  if (/[\r\n\p{Zl}\p{Zp}]/u.test(text)) return { reason: 'paragraphs', detail: '' };
  const task = aboutTheTask.exec(text)?.[0];
  if (task !== undefined && !line.includes(task)) return { reason: 'refusal', detail: task };
  if (quoted.test(text) && !quoted.test(line)) return { reason: 'quotes', detail: text[0] ?? '' };
  const label = preamble.exec(text)?.[0];
  return label !== undefined && !preamble.test(line) ? { reason: 'preamble', detail: label } : undefined;
}

function objectToMarkup(text: string, { text: line }: PlainLine): Rejection | undefined {
  const shaper = new SpeechShaper();
  const shaped = `${shaper.push(text)}${shaper.flush()}`;
  if (shaped.trim() !== text) return { reason: 'markup', detail: shaped };
  const sign = withStandIns(text)
    .match(signs)
    ?.find((each) => !line.includes(each));
  return sign === undefined ? undefined : { reason: 'markup', detail: sign };
}

function objectToFields(text: string, { text: line, fields }: PlainLine): Rejection | undefined {
  let found: string[] | undefined;
  try {
    found = fieldsOf(text);
  } catch (error) {
    if (error instanceof PhraseError) return { reason: 'fields', detail: error.message };
    throw error;
  }
  if (!found) return { reason: 'fields', detail: 'there is a choice in it' };
  if (found.join(' ') !== fields.join(' '))
    return { reason: 'fields', detail: `{${found.join('} {')}} instead of {${fields.join('} {')}}` };
  const [had, has] = [line, text].map((each) => [...each.matchAll(unitBehind)].map(([all]) => all));
  const changed = has?.find((each) => !had?.includes(each)) ?? had?.find((each) => !has?.includes(each));
  return changed === undefined ? undefined : { reason: 'fields', detail: `another unit: ${changed}` };
}

function objectToLikeness(text: string, others: string[]): Rejection | undefined {
  const asked = toQuestion(text);
  const twin = others.find((other) => similarity(asked, toQuestion(other)) >= tooAlike);
  if (twin !== undefined) return { reason: 'alike', detail: twin };
  const [said, line] = [contentOf(text), contentOf(others[0] ?? '')];
  const shared = [...said].filter((character) => line.has(character)).length;
  return shared >= said.size * leastShared && (shared > 0 || line.size === 0)
    ? undefined
    : { reason: 'unrelated', detail: `${shared} of ${said.size} characters` };
}

const contentOf = (text: string): Set<string> =>
  new Set(
    Array.from(text.replaceAll('某某', '').match(/[\p{L}\p{N}]/gu) ?? []).filter((each) => !common.has(each)),
  );

const lengthOf = (text: string): number => text.match(/[^\s\p{P}]/gu)?.length ?? 0;
