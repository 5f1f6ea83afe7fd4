import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { configJsonSchema } from '../protocol/read-config.ts';

/** Writes the JSON schema of `onair.yaml`, for editors that complete and check it. */
const file = resolve(import.meta.dirname, '../docs/onair.schema.json');
writeFileSync(file, `${JSON.stringify(configJsonSchema(), null, 2)}\n`);
