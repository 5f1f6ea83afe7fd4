/** The message that an ack subject is about. */
export interface AckedMessage {
  stream: string;
  consumer: string;
  seq: number;
  /** `<stream> <sequence>`: the message itself, however often it is delivered. */
  key: string;
}

/**
 * Reads `$JS.ACK.<stream>.<consumer>.<deliveries>.<stream seq>.<consumer seq>.<time>.<pending>`, and its newer form with domain and
 * account before the stream (and a random token at the end). Undefined for anything else.
 */
export function parseAckSubject(subject: string): AckedMessage | undefined {
  const tokens = subject.split('.');
  if (tokens[0] !== '$JS' || tokens[1] !== 'ACK') return undefined;
  const [stream, consumer, , seqText] = tokens.length >= 11 ? tokens.slice(4) : tokens.slice(2);
  const seq = Number(seqText);
  if (!stream || !consumer || !Number.isSafeInteger(seq) || seq < 1) return undefined;
  return { stream, consumer, seq, key: `${stream} ${seq}` };
}
