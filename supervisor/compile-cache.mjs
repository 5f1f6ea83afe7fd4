import { enableCompileCache } from 'node:module';
import { join } from 'node:path';

// Loaded with --import, in JavaScript: by the time that a TypeScript file could ask for the cache, what strips its types would be in
// memory (25 MB), and stay. Where the folder cannot be written, everything works without.
enableCompileCache(
  process.env['NODE_COMPILE_CACHE'] ?? join(import.meta.dirname, '..', '.runtime', 'cache', 'node'),
);
