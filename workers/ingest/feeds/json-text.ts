/** The third argument of a reviver, which the library's types do not know yet. */
interface ReviverContext {
  source?: string;
}

const longRun = /\d{16}/;
const wholeNumber = /^-?\d+$/;

/**
 * JSON in which every whole number beyond 2^53 is the string of its digits: ids of platforms are 64 bits wide, and as numbers they
 * would change (7260517442466662207 became …662400). Throws SyntaxError, or RangeError when it is nested too deeply.
 */
export function parseJson(text: string): unknown {
  // Shorter numbers are safe, and a reviver costs several times the parsing.
  return longRun.test(text) ? JSON.parse(text, keepWide) : JSON.parse(text);
}

function keepWide(_key: string, value: unknown, context?: ReviverContext): unknown {
  if (typeof value !== 'number' || Number.isSafeInteger(value)) return value;
  const source = context?.source ?? '';
  return wholeNumber.test(source) ? source : value;
}
