// Loaded into npm before npm itself, which asks nothing but process.version (its option node-version is gone).
const version = process.env['ONAIR_SETUP_ENGINE'];
if (version) Object.defineProperty(process, 'version', { value: `v${version}` });
