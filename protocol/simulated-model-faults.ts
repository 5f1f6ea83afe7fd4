/**
 * Everything that a simulated language model can do wrong, by name: what servers of this kind were seen to do, and what models let themselves be
 * talked into. `right`: a client can make the whole answer of it all the same.
 */
export const modelFaultLines = {
  ok: { right: true, doc: 'nothing is wrong' },
  'no-done': { right: true, doc: 'the stream ends without [DONE]' },
  'no-finish': { right: true, doc: 'nor does it tell a finish_reason' },
  comments: { right: true, doc: 'comments between the events: ": keep-alive"' },
  crlf: { right: true, doc: 'lines end with CR LF' },
  'no-space': { right: true, doc: 'no blank behind "data:"' },
  'usage-chunk': { right: true, doc: 'a last event with figures and no choices' },
  'empty-choices': { right: true, doc: 'events without choices in between' },
  'null-content': { right: true, doc: 'first a role only, then content null' },
  'content-array': { right: true, doc: 'content is a list of parts' },
  reasoning: { right: true, doc: 'reasoning_content first' },
  'think-tags': { right: true, doc: 'thoughts within <think> and </think>' },
  'tool-calls': { right: true, doc: 'tool_calls beside the text' },
  'whole-message': { right: true, doc: 'the last event repeats the whole message' },
  cumulative: { right: true, doc: 'each event has all of the text so far' },
  'plain-json': { right: true, doc: 'no stream, one JSON answer' },
  'json-lines': { right: true, doc: 'one JSON object per line, no "data:"' },
  'split-bytes': { right: true, doc: 'every byte of its own: characters are cut in the middle' },
  gzip: { right: true, doc: 'packed, though that was not asked for' },
  'wrong-type': { right: true, doc: 'content-type: text/plain' },
  'keep-alive-reset': { right: true, doc: 'answered, and the connection is reset when it is used again' },
  'garbage-line': { right: true, doc: 'an event that is no JSON in between' },
  markdown: { right: true, doc: 'headings, lists, bold, pictures, stage directions' },
  'as-an-ai': { right: true, doc: 'begins with a phrase about being a model' },
  'drops-fields': { right: true, doc: 'leaves out the {fields} of a line that it is to word otherwise' },
  parrot: { right: true, doc: 'words a line as it was' },
  quoted: { right: true, doc: 'puts another wording into quotes, behind a heading' },
  'slow-first-token': { right: false, doc: 'the first word comes after 30 s' },
  hang: { right: false, doc: 'never answered' },
  'stall-headers': { right: false, doc: 'headers, then nothing' },
  'stall-middle': { right: false, doc: 'half of the answer, then nothing' },
  'cut-middle': { right: false, doc: 'half of the answer, then the connection is reset' },
  reset: { right: false, doc: 'the connection is reset at once' },
  'error-200': { right: false, doc: '200 with a JSON error' },
  'error-middle': { right: false, doc: 'half of the answer, then an error as an event' },
  'html-200': { right: false, doc: '200 with a page' },
  '400': { right: false, doc: '400 with a JSON error' },
  '401': { right: false, doc: '401 with a JSON error that repeats the key' },
  '404': { right: false, doc: '404: no such model' },
  '429': { right: false, doc: '429 with Retry-After' },
  '500': { right: false, doc: '500 as text' },
  '502': { right: false, doc: '502 with a page' },
  length: { right: false, doc: 'ends in the middle of a sentence with finish_reason length' },
  'content-filter': { right: false, doc: 'ends with finish_reason content_filter' },
  empty: { right: false, doc: 'a stream without a word' },
  garbage: { right: false, doc: 'random bytes' },
  endless: { right: false, doc: 'new sentences without end' },
  loop: { right: false, doc: 'the same sentence without end' },
  english: { right: false, doc: 'answers in English' },
  obeys: {
    right: false,
    doc: 'does what the viewer asks: tells its instructions, a telephone number, another price',
  },
  refuses: { right: false, doc: 'says politely that it will not' },
  numbered: { right: false, doc: 'a numbered list where one sentence was asked for' },
  'lies-price': { right: false, doc: 'tells a price of its own' },
  'lies-promise': { right: false, doc: 'promises a gift' },
  phone: { right: false, doc: 'tells a telephone number' },
  'bad-word': { right: false, doc: 'asks to be added on another platform' },
} as const satisfies Record<string, { right: boolean; doc: string }>;

export type SimulatedModelFault = keyof typeof modelFaultLines;

/** Their names. */
export const modelFaultNames = Object.keys(modelFaultLines) as [
  SimulatedModelFault,
  ...SimulatedModelFault[],
];

/** Whether a text names a fault. */
export function isModelFault(name: string): name is SimulatedModelFault {
  return Object.hasOwn(modelFaultLines, name);
}
