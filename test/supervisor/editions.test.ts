import t from 'tap';
import { conditionOf } from '../../supervisor/roster-state.ts';
import { specOf } from './child-specs.ts';
import { Troupe } from './troupe.ts';

const show = [specOf('audio'), specOf('tts', { exclusive: false, dependsOn: ['audio'] })];

void t.test('a reload brings in spares first, then swaps, and is done after ten quiet seconds', (t) => {
  const troupe = new Troupe(show);
  troupe.take();
  troupe.lame.add('tts.3');
  troupe.tell({ kind: 'reload', specs: show, edition: 2 });
  t.ok(troupe.view.includes('audio running audio@1'), 'nothing has changed for the listeners');
  troupe.lame.clear();
  troupe.tellChild('tts.3', { kind: 'initialised', address: '' });
  troupe.pass(2_000);
  t.ok(
    troupe.view.some((line) => /^audio\.[23] running audio@2/.test(line)),
    troupe.view.join(', '),
  );
  t.same(
    troupe.take().filter((line) => line.startsWith('reload')),
    ['reload preparing', 'reload switching', 'reload probation'],
  );
  troupe.pass(10_250);
  t.same(troupe.take(), ['reload done']);
  t.ok(troupe.roster.children.every(({ edition }) => edition === 2));
  t.end();
});

void t.test('a reload whose children refuse is rolled back, and those at work go on', (t) => {
  const troupe = new Troupe(show);
  troupe.lame.add('audio.3').add('tts.3');
  troupe.tell({ kind: 'reload', specs: show, edition: 2 });
  troupe.take();
  troupe.lame.clear();
  troupe.dies('tts.3', 'refused');
  troupe.pass(2_000);
  const reload = troupe.take().filter((line) => line.startsWith('reload'));
  t.same(reload, ['reload rolling-back', 'reload rolled-back']);
  t.ok(
    troupe.view.includes('audio running audio@1') && troupe.view.includes('tts running tts/1@1'),
    'untouched',
  );
  t.ok(troupe.roster.children.every(({ edition }) => edition === 1));
  t.equal(conditionOf(troupe.roster.state, 'tts'), 'well');
  t.end();
});

void t.test('a reload that never gets ready is rolled back after a minute', (t) => {
  const slow = [specOf('audio', { readyTimeoutMs: 100_000 })];
  const troupe = new Troupe(slow);
  troupe.lame.add('audio.3');
  troupe.tell({ kind: 'reload', specs: slow, edition: 2 });
  troupe.pass(59_000);
  t.equal(troupe.roster.state.reload?.phase, 'preparing');
  troupe.lame.clear();
  troupe.pass(2_000);
  t.equal(troupe.roster.state.edition, 1);
  troupe.pass(2_000);
  t.equal(troupe.roster.state.reload, undefined, 'in place again');
  t.ok(troupe.view.includes('audio running audio@1'), 'untouched');
  t.end();
});

void t.test(
  'a failure during probation is made good for the whole time again, and the second one rolls back',
  (t) => {
    const troupe = new Troupe(show);
    troupe.tell({ kind: 'reload', specs: show, edition: 2 });
    troupe.pass(9_000);
    const [active] = troupe.roster.children.filter(({ duty, spec }) => duty && spec.id === 'audio');
    troupe.dies(active?.id ?? '');
    troupe.pass(9_000);
    t.equal(troupe.roster.state.reload?.phase, 'probation');
    const [next] = troupe.roster.children.filter(({ duty, spec }) => duty && spec.id === 'audio');
    troupe.dies(next?.id ?? '');
    t.equal(troupe.roster.state.edition, 1);
    troupe.pass(5_000);
    t.equal(troupe.roster.state.reload, undefined);
    t.equal(conditionOf(troupe.roster.state, 'audio'), 'well');
    t.end();
  },
);

void t.test(
  'whoever is killed during probation is no reason to roll back, until it happens again and again',
  (t) => {
    const troupe = new Troupe(show);
    troupe.tell({ kind: 'reload', specs: show, edition: 2 });
    const kill = () => {
      const [active] = troupe.roster.children.filter(({ duty, spec }) => duty && spec.id === 'audio');
      troupe.dies(active?.id ?? '', 'killed');
      troupe.pass(2_000);
    };
    for (let times = 0; times < 3; times++) kill();
    t.equal(troupe.roster.state.edition, 2);
    troupe.pass(12_000);
    t.equal(troupe.roster.state.reload, undefined, 'it was brought in');

    troupe.tell({ kind: 'reload', specs: show, edition: 3 });
    for (let times = 0; times < 12; times++) kill();
    t.equal(troupe.roster.state.edition, 2, 'that may be want of memory');
    troupe.pass(12_000);
    t.equal(troupe.roster.state.reload, undefined);
    t.equal(conditionOf(troupe.roster.state, 'audio'), 'well');
    t.end();
  },
);

void t.test('whoever stands by does so until another can, all through a reload', (t) => {
  const troupe = new Troupe(show);
  troupe.lame.add('audio.3');
  troupe.tell({ kind: 'reload', specs: show, edition: 2 });
  t.ok(troupe.view.includes('audio.2 initialised'), troupe.view.join(', '));
  t.equal(troupe.roster.state.children.get('audio.2')?.edition, 1);
  troupe.dies('audio', 'killed');
  t.ok(troupe.view.includes('audio.2 running audio@2'), 'it takes over at once');
  troupe.lame.clear();
  troupe.tellChild('audio.3', { kind: 'initialised', address: '' });
  troupe.pass(12_000);
  t.equal(troupe.roster.state.reload, undefined);
  t.ok(troupe.roster.children.every(({ edition }) => edition === 2));
  t.equal(troupe.roster.children.filter(({ spec }) => spec.id === 'audio').length, 2, 'no more than before');
  t.end();
});

void t.test(
  'somebody stands by after the switch as well, until the last of the earlier edition is gone',
  (t) => {
    const troupe = new Troupe([specOf('audio')]);
    troupe.tell({ kind: 'reload', specs: [specOf('audio')], edition: 2 });
    for (let step = 0; step < 100 && troupe.roster.state.reload; step++) {
      const children = troupe.roster.children.filter(({ life }) => life.name === 'initialised');
      t.ok(children.length > 0, troupe.view.join(', '));
      troupe.pass(250);
    }
    t.equal(troupe.roster.state.reload, undefined);
    t.equal(troupe.roster.children.length, 2);
    t.end();
  },
);

void t.test('a reload that does without spares comes in, and so does one upon it', (t) => {
  const without = [specOf('audio', { spares: 0 })];
  const troupe = new Troupe([specOf('audio')]);
  troupe.tell({ kind: 'reload', specs: without, edition: 2 });
  troupe.pass(15_000);
  t.equal(troupe.roster.state.reload, undefined);
  t.match(troupe.roster.children, [{ edition: 2, life: { name: 'running' } }]);
  troupe.tell({ kind: 'reload', specs: without, edition: 3 });
  troupe.tell({ kind: 'reload', specs: without, edition: 4 });
  troupe.pass(15_000);
  t.equal(troupe.roster.state.reload, undefined);
  t.match(troupe.roster.children, [{ edition: 4, life: { name: 'running' } }]);
  t.equal(troupe.roster.children.length, 1);
  t.end();
});

void t.test('a reload without a service stops all of its children, those that wait too', (t) => {
  const troupe = new Troupe(show);
  troupe.tell({ kind: 'reload', specs: [specOf('audio')], edition: 2 });
  troupe.pass(12_000);
  t.same(
    troupe.roster.children.map(({ spec }) => spec.id),
    ['audio', 'audio'],
  );
  t.equal(troupe.roster.state.reload, undefined);
  t.end();
});

void t.test('a service that comes back waits for the one that still speaks under its lease', (t) => {
  const both = [specOf('audio'), specOf('other')];
  const troupe = new Troupe(both);
  troupe.deaf.add('other');
  troupe.tell({ kind: 'reload', specs: [specOf('audio')], edition: 2 });
  t.ok(troupe.view.includes('other draining other@1'));
  troupe.tell({ kind: 'reload', specs: both, edition: 3 });
  t.notOk(
    troupe.view.some((line) => line.startsWith('other') && line.includes('running')),
    'two would speak at once',
  );
  troupe.dies('other', 'clean');
  t.ok(troupe.view.some((line) => /^other\S* running other@2/.test(line)));
  t.end();
});
