import { createHash } from 'node:crypto';
import { z } from 'zod';

/** Somebody in the room, with the fields of User that a client can use. Ids are decimal strings. */
export type Viewer = {
  readonly id: string;
  readonly nickname: string;
  readonly secUid: string;
  readonly displayId: string;
  /** 0 unknown, 1 male, 2 female. */
  readonly gender: number;
  readonly level: number;
  /** Level by spending (PayGrade.level). */
  readonly payLevel: number;
  /** 0 = in no fan club. */
  readonly fansLevel: number;
};

/**
 * Makes the viewer of a name: always the same one, so that a test and a script mean the same person by it.
 * One in eight gets an id past 2^53 (recorded: 2.4 %), because that is where clients go wrong.
 */
export function viewerNamed(nickname: string): Viewer {
  const digest = createHash('sha256').update(nickname).digest();
  const wide = digest.readUInt8(8) % 8 === 0;
  const number = digest.readBigUInt64BE();
  const id = wide ? 2n ** 61n + (number % 2n ** 60n) : 10_000_000_000n + (number % 4_000_000_000_000n);
  return {
    id: id.toString(),
    nickname,
    secUid: `MS4wLjABAAAA${digest.toString('base64url')}`,
    displayId: `dy${digest.readUInt32BE(12)}`,
    gender: digest.readUInt8(16) % 3,
    level: digest.readUInt8(17) % 30,
    payLevel: digest.readUInt8(18) % 40,
    fansLevel: digest.readUInt8(19) % 3 === 0 ? 1 + (digest.readUInt8(20) % 15) : 0,
  };
}

/** Makes a viewer as guests see one: the id is 111111 for all of them, and the name is cut. */
export function anonymous(viewer: Viewer): Viewer {
  return {
    ...viewer,
    id: '111111',
    nickname: `${initial(viewer.nickname)}***`,
    secUid: '',
    displayId: '',
  };
}

/** The first character of a name, which is all that guests get to see of one. */
export function initial(nickname: string): string {
  return String.fromCodePoint(nickname.codePointAt(0) ?? 0x2a);
}

const details = z
  .strictObject({
    nickname: z.string().min(1),
    id: z.string().regex(/^\d{1,19}$/, 'must be a decimal number as a string'),
    secUid: z.string(),
    displayId: z.string(),
    gender: z.int().min(0).max(2),
    level: z.int().min(0),
    payLevel: z.int().min(0),
    fansLevel: z.int().min(0),
  })
  .partial()
  .required({ nickname: true });

/** A viewer in a script or a request: a name, or a name with what is to differ from the viewer of that name. */
export const viewerSchema = z
  .union([z.string().min(1), details])
  .default('路过的小王')
  .transform((given): Viewer => {
    if (typeof given === 'string') return viewerNamed(given);
    const known = Object.entries(given).filter(([, value]) => value !== undefined);
    return { ...viewerNamed(given.nickname), ...Object.fromEntries(known) };
  });
