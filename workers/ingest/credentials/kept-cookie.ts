import { createHash, randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { z } from 'zod';

/** A cookie that the operator's hook gave. */
export interface KeptCookie {
  /** Unix milliseconds. */
  at: number;
  cookie: string;
}

const schema = z.object({ at: z.number(), basis: z.string(), cookie: z.string() });

/**
 * The cookie that the hook gave last, in `<home>/run/credentials/<room>`, which only its owner may read, so that a restart has it. It counts
 * as long as the configuration has the same cookie as then: another one there is the operator's newer word.
 */
export class CookieFile {
  readonly #path: string;
  readonly #basis: string;

  constructor({ home, room, configured }: { home: string; room: string; configured: string }) {
    this.#path = join(home, 'run', 'credentials', room);
    this.#basis = createHash('sha256').update(configured).digest('hex');
  }

  /** Undefined: there is none that counts. Throws when it cannot be read. */
  async read(): Promise<KeptCookie | undefined> {
    const text = await readFile(this.#path, 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return '';
      throw error;
    });
    if (text === '') return undefined;
    const { data } = schema.safeParse(parsed(text));
    return data && data.basis === this.#basis ? { at: data.at, cookie: data.cookie } : undefined;
  }

  /** Beside it and then in its place: never half a cookie. Throws when it cannot be written. */
  async write({ at, cookie }: KeptCookie): Promise<void> {
    await mkdir(dirname(this.#path), { recursive: true, mode: 0o700 });
    const beside = `${this.#path}.${randomUUID()}`;
    try {
      await writeFile(beside, JSON.stringify({ at, basis: this.#basis, cookie }), { mode: 0o600 });
      await rename(beside, this.#path);
    } catch (error) {
      await rm(beside, { force: true });
      throw error;
    }
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
