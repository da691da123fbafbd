import { afterAll, expect, test } from 'vitest';
import { sourceChange } from '../../../src/prove/compare/source-change.ts';
import { projectsOnDisk } from './projects.ts';

const projects = projectsOnDisk();
afterAll(() => projects.remove());

const all = 'FROM debian:12\nWORKDIR /app\nCOPY . .\nCMD ["./start"]\n';

const cases: readonly {
  readonly name: string;
  readonly files: Readonly<Record<string, string>>;
  /** Path and the end of the new text. */
  readonly change: readonly [string, string] | undefined;
}[] = [
  {
    name: 'a comment in the main source of the application, not in a test, a setting, a manifest or what is vendored',
    files: {
      Dockerfile: all,
      'package.json': '{"name":"shop"}',
      'webpack.config.js': 'x\n',
      'node_modules/a/index.js': 'x\n',
      'test/index.js': 'x\n',
      'src/labels/text.js': 'x\n',
      'src/index.js': 'start()\n',
    },
    change: ['src/index.js', 'start()\n// plimsoll prove m1\n'],
  },
  {
    name: 'only what is copied',
    files: {
      Dockerfile: 'FROM debian:12\nCOPY lib /app\n',
      'package.json': '{}',
      'index.js': 'x\n',
      'lib/label.js': 'x',
    },
    change: ['lib/label.js', 'x\n// plimsoll prove m1\n'],
  },
  {
    name: 'only what a stage copies that is built',
    files: {
      Dockerfile: 'FROM debian:12 AS dev\nCOPY main.py /dev.py\nFROM debian:12\nCOPY job.py /job.py\n',
      'requirements.txt': '',
      'main.py': 'x\n',
      'job.py': 'x\n',
    },
    change: ['job.py', 'x\n# plimsoll prove m1\n'],
  },
  {
    name: 'nothing that the ignore file leaves out',
    files: { Dockerfile: all, '.dockerignore': '*.py\n', 'main.py': 'x\n' },
    change: undefined,
  },
  {
    name: 'line ends stay as they are',
    files: { Dockerfile: all, 'main.go': 'package main\r\nfunc main() {}', 'go.mod': 'module a\n' },
    change: ['main.go', 'func main() {}\r\n// plimsoll prove m1\r\n'],
  },
  {
    name: 'no comment behind the end of the code: in PHP text is sent, in Ruby it is data, behind a backslash the line goes on',
    files: {
      Dockerfile: all,
      'index.php': '<?php echo 1; ?>\n<p>',
      'app.rb': 'puts DATA.read\n__END__\nx\n',
      'main.py': 'x = 1 + \\\n',
      'deep/down/label.rb': 'x\n',
    },
    change: ['deep/down/label.rb', 'x\n# plimsoll prove m1\n'],
  },
  {
    name: 'where there is no source, an empty line in a text',
    files: { Dockerfile: all, 'logo.png': '\u0000', 'index.txt': 'Welcome\n' },
    change: ['index.txt', 'Welcome\n\t\t\n'],
  },
  {
    name: 'nothing where nothing is copied',
    files: { Dockerfile: 'FROM debian:12\nRUN true\n', 'main.py': 'x\n' },
    change: undefined,
  },
  { name: 'no minified text', files: { Dockerfile: all, 'main.js': `${'x'.repeat(5000)}\n` }, change: undefined },
];

for (const { name, files, change } of cases)
  test(name, async () => {
    const { project, build } = await projects.load(files);
    const found = sourceChange([build], project, 'm1');
    expect(found?.artifact.path).toBe(change?.[0]);
    if (change) expect(found?.artifact.text.endsWith(change[1]), found?.artifact.text).toBe(true);
  });

test('a file that both builds copy; another mark is another text', async () => {
  const files = { 'package.json': '{}', 'index.js': 'x\n', 'src/b.js': 'x\n' };
  const before = await projects.load({ ...files, Dockerfile: all });
  const after = await projects.load({ ...files, Dockerfile: 'FROM debian:12\nCOPY src /app\n' });
  const builds = [before.build, after.build];
  const first = sourceChange(builds, after.project, 'm1');
  expect(first?.artifact.path).toBe('src/b.js');
  expect(sourceChange(builds, after.project, 'm2')?.artifact.text).not.toBe(first?.artifact.text);
});
