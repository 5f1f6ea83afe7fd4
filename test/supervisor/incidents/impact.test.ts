import t from 'tap';
import { impactOf } from '../../../supervisor/incidents/impact.ts';

const table: [component: string, services: string[], promises: string[]][] = [
  ['audio:demo', ['audio:demo'], ['sound']],
  ['tts', ['tts', 'audio'], ['voice', 'answers']],
  ['reply', ['reply', 'tts'], ['answers']],
  ['ingest', ['ingest', 'reply'], ['feed', 'answers']],
  ['sim-demo', ['sim-demo', 'ingest'], ['feed']],
  ['bus', ['bus', 'ingest', 'reply', 'tts', 'audio'], ['sound', 'answers', 'feed', 'voice']],
  ['configuration', ['configuration'], []],
  ['toString', ['toString'], []],
];

for (const [component, services, promises] of table)
  void t.test(`impactOf() tells what is at stake when ${component} fails`, (t) => {
    t.same(impactOf(component), { services, promises });
    t.end();
  });
