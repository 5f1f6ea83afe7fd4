/** What the listener may expect of the sound: all of the text, the same once a client has mended it, something else, or no sound. */
export type SoundOutcome = 'right' | 'repairable' | 'wrong' | 'none';

interface FaultLine {
  doc: string;
  outcome: SoundOutcome;
}

const line = (outcome: SoundOutcome, doc: string): FaultLine => ({ doc, outcome });

/** Everything that a simulated speech server can do wrong, by name. What real servers were seen to do, and what networks do. */
export const speechFaults = {
  ok: line('right', 'nothing is wrong'),
  'slow-first-byte': line('right', 'the first byte comes late, the rest as usual'),
  stall: line('none', 'part of the sound, then nothing more while the client waits'),
  'bad-request': line('none', '400 with the JSON of a refused parameter'),
  unprocessable: line('none', '422, as servers from before the integer form of streaming_mode answer it'),
  sentinel: line('wrong', '200 with exactly one second of zeros at 16 kHz: how an exception is told'),
  'empty-reset': line('none', '200, no byte, connection ended in the middle of the body'),
  'partial-zeros-reset': line('wrong', 'half of the sound, 32 000 zero bytes, connection ended in the body'),
  'header-size-zero': line('right', 'a WAV header whose sizes say that there is no sound; harmless'),
  'wrong-rate': line('wrong', 'the header tells another sample rate than the samples have'),
  'v4-rate': line('right', '48 kHz, rightly said, where another rate is usual'),
  'nan-silence': line('wrong', 'as long as the sound would be, all zeros: NaN made integer'),
  'wrap-click': line('repairable', 'the loudest samples wrap from +32767 to -32768'),
  clipping: line('wrong', 'far too loud, cut off at full scale'),
  truncated: line('wrong', 'the first 60 % of the speech, ended as if that were all'),
  loop: line('wrong', 'the last 0.3 s again and again until 60 s are full'),
  'reference-leak': line('wrong', 'another sentence is spoken in front of the text'),
  'noise-tail': line('repairable', '40 ms of noise at the end'),
  busy: line('right', 'nobody is answered for a while, then all are'),
  restart: line('none', 'connections end and are refused until the server is up again'),
  'weights-race': line('wrong', 'spoken with the voice from before the last change of weights'),
  degradation: line('right', 'each request makes all later ones slower, until a restart'),
  'crossed-voices': line('wrong', 'mixed with another sentence, as concurrent requests are'),
  'keep-alive-reset': line('right', 'answered, and the next request on the same connection is reset'),
  'slow-loris': line('none', 'one byte per second'),
  endless: line('wrong', 'sound without end, faster than it is spoken'),
  huge: line('wrong', 'a body of 10 GB as fast as it is taken'),
  garbage: line('none', 'random bytes as 200 audio/wav'),
  'html-200': line('none', 'a page of HTML as 200'),
  refuse: line('none', 'this connection is reset, and new ones are refused for a while'),
  hang: line('none', 'accepted, never answered'),
  '500': line('none', '500 as text'),
  '502-503-504': line('none', 'one of the three, as a proxy in front answers'),
  '429': line('none', '429 with Retry-After'),
  blank: line('wrong', 'quiet noise as long as the sound would be'),
  'headers-half': line('none', 'the connection ends in the middle of the headers'),
} as const satisfies Record<string, FaultLine>;

export type SpeechFault = keyof typeof speechFaults;

/** Their names. */
export const speechFaultNames = Object.keys(speechFaults) as [SpeechFault, ...SpeechFault[]];

/** Whether a text names a fault. */
export function isSpeechFault(name: string): name is SpeechFault {
  return Object.hasOwn(speechFaults, name);
}
