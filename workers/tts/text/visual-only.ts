import { sayDigits } from './han-numbers.ts';
import type { Rule } from './rule.ts';

/** What a language model thinks aloud is not for the room. */
const thoughts: Rule[] = [
  { id: 'thought', pattern: /<think(?:ing)?>(?:(?!<think)[\s\S]){0,20000}?<\/think(?:ing)?>/giu, say: ' ' },
  // Servers are known to leave one of the two marks out.
  { id: 'end-of-thought', pattern: /^[\s\S]*<\/think(?:ing)?>/giu, say: ' ' },
  { id: 'begun-thought', pattern: /<think(?:ing)?>[\s\S]*$/giu, say: ' ' },
];

const markdown: Rule[] = [
  { id: 'code-block', pattern: /```[^`]{0,20000}(?:```|$)/gu, say: ' ' },
  { id: 'code', pattern: /`([^`\n]{1,200})`/gu, say: '$1' },
  { id: 'image', pattern: /!\[[^[\]\n]{0,200}\]\([^()\n]{0,500}\)/gu, say: ' ' },
  { id: 'link', pattern: /\[([^[\]\n]{1,200})\]\([^()\n]{1,500}\)/gu, say: '$1' },
  { id: 'rule', pattern: /^[ \t]{0,4}[-*_=]{3,}[ \t]*$/gmu, say: '' },
  { id: 'heading', pattern: /^[ \t]{0,4}#{1,6}[ \t]+/gmu, say: '' },
  { id: 'quotation', pattern: /^[ \t]{0,4}>{1,4}(?!=?\d)[ \t]*/gmu, say: '' },
  { id: 'bullet', pattern: /^[ \t]{0,16}[-*+•·●▪◦][ \t]+/gmu, say: '' },
  { id: 'list-number', pattern: /^[ \t]{0,16}(\d{1,2})[.)][ \t]+/gmu, say: '$1,' },
  { id: 'strong', pattern: /\*\*([^*\n]{1,200})\*\*/gu, say: '$1' },
  { id: 'strong-underlined', pattern: /__([^_\n]{1,200})__/gu, say: '$1' },
  { id: 'struck', pattern: /~~([^~\n]{1,200})~~/gu, say: '$1' },
  { id: 'emphasis', pattern: /(?<![\d*\p{L}])\*([^*\n]{1,200})\*(?![\d*])/gu, say: '$1' },
];

const markup: Rule[] = [
  { id: 'comment', pattern: /<!--(?:(?!<!--)[\s\S]){0,5000}?-->/gu, say: ' ' },
  { id: 'tag', pattern: /<\/?[A-Za-z][^<>\n]{0,200}>/gu, say: ' ' },
];

const addresses: Rule[] = [
  { id: 'web-address', pattern: /(?:https?:\/\/|www\.)[\w\-.~:/?#@!$&'()*+,;=%]+/giu, say: ' ' },
  { id: 'mail-address', pattern: /(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,4}/gu, say: ' ' },
  {
    // What a shop's app reads from the clipboard.
    id: 'clipboard-code',
    pattern: /[¥￥€$₳₤₴₵₡₢](?=\d{0,13}[A-Za-z])[A-Za-z0-9]{6,14}[¥￥€$₳₤₴₵₡₢]/gu,
    say: ' ',
  },
  {
    id: 'bare-address',
    pattern:
      /(?<![\w@.-])(?:[A-Za-z0-9-]{1,63}\.){1,5}(?:com|cn|net|org|io|tv|cc|shop|xyz|app|link|site|example)(?![A-Za-z0-9-])(?:\/[\w\-.~:/?#@!$&'()*+,;=%]*)?/giu,
    say: ' ',
  },
];

/** Faces made of signs. What is not on this list loses its signs later, but may leave a letter behind. */
const faces: Rule[] = [
  {
    id: 'face-in-brackets',
    pattern:
      /(?:[ヾヽ╰٩]|(?<![A-Za-z])[oO])?[(（](?=[^()（）\p{Script=Han}\d]{0,20}[\^_・･｡ωдДεзσ๑ㅂᴗ♡♥∀▽△□○◕≧≦╯╰´｀`ﾟ︵┻━ツノヮ◡‿ಥ﹏｀¬ಠ])(?![^()（）]{0,20}[A-Za-z]{4})[^()（）\p{Script=Han}\d\n]{1,20}[)）][ノﾉヾ╯╰ლσっو︵┻━┬─┴*:・✧\\/~～]{0,12}(?:[oOvb](?![A-Za-z\d]))?/gu,
    say: ' ',
  },
  {
    id: 'face-of-signs',
    pattern:
      /\^[_oO.-]{0,3}\^|>[_.]{1,3}<|=[_.]{1,3}=|-[_.]{1,3}-[|!]?|:[-']?[()DP](?![A-Za-z\d])|;-\)|¯\\?_+[(（]ツ[)）]_*\/?¯?/gu,
    say: ' ',
  },
  {
    id: 'face-of-letters',
    pattern:
      /(?<![\p{L}\p{N}])(?:[TQ][_.]{1,3}[TQ]|[oO][_.]{1,3}[oO]|QAQ|TAT|QWQ|qwq|qaq|QvQ|ToT|[oO]rz|ORZ|OTZ|XD|:3)(?![\p{L}\p{N}])/gu,
    say: ' ',
  },
];

const emotes: Rule[] = [
  { id: 'emote', pattern: /[[［][^[\]［］]{1,12}[\]］]/gu, say: ' ' },
  {
    id: 'emoji',
    pattern: /(?:(?![#*\d])[\p{Extended_Pictographic}\p{Emoji_Modifier}\p{Regional_Indicator}\u{20e3}])+/gu,
    say: ' ',
  },
];

/** Everything that is only for the eye. Works on text as it was written, before widths are made alike. */
export const visualOnly: Rule[] = [...thoughts, ...markdown, ...markup, ...addresses, ...faces, ...emotes];

/** How a platform marks names and topics. */
export const mentions: Rule[] = [
  {
    id: 'mention',
    pattern: /@ ?([\p{L}\p{M}_]{0,16})(\d{0,12})/gu,
    say: (_, name, digits) => ` ${name.replaceAll('_', '')}${sayDigits(digits)} `,
  },
  { id: 'topic', pattern: /#([^#\s]{1,40})#/gu, say: ' $1 ' },
  { id: 'hashtag', pattern: /#(?=[\p{L}\d])/gu, say: ' ' },
];
