import { isSpeakable } from '../speech/voice.ts';

export const cutMethods = ['cut0', 'cut1', 'cut2', 'cut3', 'cut4', 'cut5'] as const;

const clauseEnds = ',.;?!、，。？！；：…';
const shortest = 5;
const longest = 510;

/**
 * The fragments in which a text is spoken: cut0 none, cut1 four clauses, cut2 some 50 characters, cut3 at 。, cut4 at a full stop, cut5 at
 * any punctuation. Short ones join their neighbour, long ones are cut again, and those of nothing but punctuation are dropped.
 */
export function fragmentsOf(text: string, method: string): string[] {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  const cut = lines.flatMap((line) => cutBy(line, method));
  return mergeShort(cut).flatMap(cutLong).filter(isSpeakable);
}

function cutBy(line: string, method: string): string[] {
  switch (method) {
    case 'cut1':
      return inGroups(splitAfter(line, clauseEnds), (group) => group.length >= 4);
    case 'cut2':
      return inGroups(splitAfter(line, clauseEnds), (group) => group.join('').length > 50);
    case 'cut3':
      return splitAfter(line, '。');
    case 'cut4':
      return splitAfter(line, '.');
    case 'cut5':
      return splitAfter(line, clauseEnds);
    default:
      return [line];
  }
}

/** Numbers keep their points. */
function splitAfter(line: string, ends: string): string[] {
  const parts: string[] = [];
  let part = '';
  for (let index = 0; index < line.length; index++) {
    const character = line.charAt(index);
    part += character;
    const isPoint = character === '.' && /\d/.test(line[index - 1] ?? '') && /\d/.test(line[index + 1] ?? '');
    if (!ends.includes(character) || isPoint) continue;
    parts.push(part);
    part = '';
  }
  return part === '' ? parts : [...parts, part];
}

function inGroups(parts: readonly string[], isFull: (group: readonly string[]) => boolean): string[] {
  const groups: string[][] = [];
  for (const part of parts) {
    const last = groups.at(-1);
    if (last && !isFull(last)) last.push(part);
    else groups.push([part]);
  }
  return groups.map((group) => group.join(''));
}

function mergeShort(parts: readonly string[]): string[] {
  const merged: string[] = [];
  let waiting = '';
  for (const part of parts) {
    waiting += part;
    if (waiting.length < shortest) continue;
    merged.push(waiting);
    waiting = '';
  }
  if (waiting === '') return merged;
  const last = merged.pop();
  return [...merged, (last ?? '') + waiting];
}

function cutLong(part: string): string[] {
  const count = Math.ceil(part.length / longest);
  return Array.from({ length: count }, (_, index) => part.slice(index * longest, (index + 1) * longest));
}
