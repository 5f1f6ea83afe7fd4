// Loaded with --import ahead of every program of a show. In JavaScript, and only workers get the rest: the supervisor would have what
// strips types in memory for good (15 MB), and its footprint is measured.
if (/[\\/]workers[\\/][\w-]+[\\/]main\.ts$/.test(process.argv[1] ?? '')) await import('./saboteur.ts');
