import { describe, expect, it } from 'vitest';
import type { PlannedFile } from '../../src/core/planned-file.ts';
import type { GeneratedFile } from '../../src/observe/observe-plan.ts';
import { type OutputDirectory, planFiles } from '../../src/observe/plan-files.ts';

const first = `# Rules
groups:
  - name: one
    # plimsoll:keep rules
    # plimsoll:end
  - name: two
`;
const second = `# Rules, of a newer version
groups:
  - name: zero
  - name: one
    # plimsoll:keep rules
    # plimsoll:end
  - name: two
`;

const base = (text: string, path = 'base/prometheus/rules.yaml'): GeneratedFile => ({ path, text, owner: 'base' });

function directoryOf(files: Readonly<Record<string, string>>): OutputDirectory {
  return {
    read: (path) => files[path],
    baseFiles: Object.keys(files).filter((path) => path.startsWith('base/')),
  };
}

/** What stands in the directory after a run. */
function run(
  generated: readonly GeneratedFile[],
  files: Readonly<Record<string, string>> = {},
  force = false,
): { readonly plans: readonly PlannedFile[]; readonly files: Record<string, string>; readonly actions: string[] } {
  const plans = planFiles(generated, directoryOf(files), { force });
  const after = { ...files };
  for (const { path, action, after: text } of plans)
    if ((action === 'create' || action === 'update') && text !== undefined) after[path] = text;
  return { plans, files: after, actions: plans.map(({ path, action }) => `${action} ${path}`) };
}

const path = 'base/prometheus/rules.yaml';
const edit = (text: string | undefined, from: string, to: string) => {
  expect(text).toContain(from);
  return (text ?? '').replace(from, to);
};

describe('files of the base', () => {
  it('are made, and a second run changes nothing', () => {
    const once = run([base(first)]);
    expect(once.actions).toEqual([`create ${path}`]);
    expect(run([base(first)], once.files).actions).toEqual([`same ${path}`]);
  });

  it('are written anew when a version brings something', () => {
    const once = run([base(first)]);
    const twice = run([base(second)], once.files);
    expect(twice.actions).toEqual([`update ${path}`]);
    expect(twice.files[path]).toContain('name: zero');
  });

  it('that were changed by hand are left alone, with what a newer version would bring, unless forced', () => {
    const { files } = run([base(first)]);
    const mine = { [path]: edit(files[path], 'name: two', 'name: mine') };
    expect(run([base(first)], mine).actions).toEqual([`kept ${path}`]);
    const newer = run([base(second)], mine);
    expect(newer.actions).toEqual([`changed ${path}`]);
    expect(newer.plans[0]?.after).toContain('name: zero');
    expect(newer.files).toEqual(mine);
    expect(run([base(second)], mine, true).files[path]).toBe(run([base(second)]).files[path]);
  });

  it('without a seal are somebody else’s', () => {
    expect(run([base(first)], { [path]: 'mine: true\n' }).actions).toEqual([`changed ${path}`]);
  });

  it('with other line ends are the same, and keep them', () => {
    const { files } = run([base(first)]);
    const windows = { [path]: (files[path] ?? '').replace(/\n/g, '\r\n') };
    expect(run([base(first)], windows).actions).toEqual([`same ${path}`]);
    const newer = run([base(second)], windows).files[path];
    expect(newer).toBe((run([base(second)]).files[path] ?? '').replace(/\n/g, '\r\n'));
  });

  it('that nothing generates any more are named when they are ours, and never others', () => {
    const { files } = run([base(first), base(first, 'base/grafana/rules.yaml')]);
    const there = { ...files, 'base/notes.txt': 'mine\n' };
    expect(run([base(first)], there).actions).toEqual(['stale base/grafana/rules.yaml', `same ${path}`]);
  });

  it('without comments have their digest in a file of its own', () => {
    const json = base('{"a": 1}\n', 'base/grafana/a.json');
    const once = run([json]);
    expect(once.actions).toEqual(['create base/digests.txt', 'create base/grafana/a.json']);
    expect(run([json], once.files).actions).toEqual(['same base/digests.txt', 'same base/grafana/a.json']);
    const mine = { ...once.files, 'base/grafana/a.json': '{"a": 2}\n' };
    const newer = run([base('{"a": 3}\n', 'base/grafana/a.json')], mine);
    expect(newer.actions).toEqual(['same base/digests.txt', 'changed base/grafana/a.json']);
    expect(run([], once.files).actions).toEqual(['same base/digests.txt', 'stale base/grafana/a.json']);
  });
});

describe('regions of the user', () => {
  const mine = '    # plimsoll:keep rules\n    - alert: Mine\n    # plimsoll:end\n';
  const empty = '    # plimsoll:keep rules\n    # plimsoll:end\n';

  it('do not make a file one that was changed by hand, and go into a new version', () => {
    const { files } = run([base(first)]);
    const filled = { [path]: edit(files[path], empty, mine) };
    expect(run([base(first)], filled).actions).toEqual([`same ${path}`]);
    const newer = run([base(second)], filled);
    expect(newer.actions).toEqual([`update ${path}`]);
    expect(newer.files[path]).toContain(`  - name: one\n${mine}  - name: two\n`);
    expect(run([base(second)], newer.files).actions).toEqual([`same ${path}`]);
  });

  it('that the user made stay behind the lines that they stood behind', () => {
    const own = '# plimsoll:keep\n  - name: own\n# plimsoll:end\n';
    const { files } = run([base(first)]);
    const added = { [path]: edit(edit(files[path], empty, mine), '  - name: two\n', `  - name: two\n${own}`) };
    expect(run([base(first)], added).actions).toEqual([`same ${path}`]);
    const newer = run([base(second)], added);
    expect(newer.actions).toEqual([`update ${path}`]);
    expect(newer.files[path]).toContain(`${mine}  - name: two\n${own}`);
    expect(run([base(second)], newer.files).actions).toEqual([`same ${path}`]);
  });

  it('beside a generated one keep their order', () => {
    const own = '# plimsoll:keep\n# own\n# plimsoll:end\n';
    const { files } = run([base(first)]);
    for (const text of [empty + own, own + empty]) {
      const added = { [path]: edit(files[path], empty, text) };
      expect(run([base(first)], added).actions).toEqual([`same ${path}`]);
    }
  });

  it('for which there is no place any more keep the file as it is, and are named', () => {
    const { files } = run([base(first)]);
    const filled = { [path]: edit(files[path], empty, mine) };
    const [plan] = run([base('groups: []\n')], filled).plans;
    expect(plan).toMatchObject({
      action: 'changed',
      reason: 'the new version has no place for your region «rules»',
    });
  });

  it.each(['# plimsoll:keep rules\n', '# plimsoll:end\n'])('with a lone mark %j keep the file as it is', (mark) => {
    const { files } = run([base(first)]);
    const broken = { [path]: `${mark}${files[path]}` };
    expect(run([base(second)], broken).actions).toEqual([`changed ${path}`]);
  });
});

it('files of the overlay are written once', () => {
  const file: GeneratedFile = { path: 'overlay/a.yaml', text: 'a: 1\n', owner: 'overlay' };
  const once = run([file]);
  expect(once.actions).toEqual(['create overlay/a.yaml']);
  expect(once.files['overlay/a.yaml']).toBe('a: 1\n');
  expect(run([{ ...file, text: 'a: 2\n' }], once.files).actions).toEqual(['yours overlay/a.yaml']);
});
