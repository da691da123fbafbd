import { describe, expect, test } from 'vitest';
import { detectedIn, plansOf } from './plans-of.ts';

const manifest = (build: string, dependencies: Readonly<Record<string, string>>) =>
  JSON.stringify({ name: 'shop', scripts: { build }, dependencies });

const lock = { 'package-lock.json': '{"lockfileVersion":3,"packages":{}}' };

describe('pages that a build writes', () => {
  test.each([
    ['of Vite belong to one', 'vite build', { vite: '^7.0.0' }, {}, 'dist', '/index.html'],
    [
      'lie where the script moves them',
      'vite build && mv dist ./_site/',
      { vite: '^7.0.0' },
      {},
      '_site',
      '/index.html',
    ],
    ['stay where something else is moved', 'vite build; mv a b', { vite: '^7.0.0' }, {}, 'dist', '/index.html'],
    [
      'of vite-ssg are found without .html',
      'vite-ssg build',
      { vite: '^7.0.0', 'vite-ssg': '^28.0.0' },
      {},
      'dist',
      '=404',
    ],
    [
      'of Next.js are found without .html',
      'next build',
      { next: '^16.0.0' },
      { 'next.config.js': "module.exports = { output: 'export' };" },
      'out',
      '=404',
    ],
    [
      'of SvelteKit have each its own',
      'vite build',
      { '@sveltejs/kit': '^2.0.0', '@sveltejs/adapter-static': '^3.0.0' },
      { 'svelte.config.js': 'export default { kit: { adapter: adapter() } };' },
      'build',
      '=404',
    ],
    [
      'of SvelteKit have the fallback that is named',
      'vite build',
      { '@sveltejs/kit': '^2.0.0', '@sveltejs/adapter-static': '^3.0.0' },
      { 'svelte.config.js': "export default { kit: { adapter: adapter({ pages: 'site', fallback: '200.html' }) } };" },
      'site',
      '/200.html',
    ],
    [
      'may lie beside the directory of their sources',
      'vite build',
      { vite: '^7.0.0' },
      { 'vite.config.ts': 'export default { build: { outDir: "../api/pages" } };' },
      '/api/pages',
      '/index.html',
    ],
  ])('%s', (_, build, dependencies, files, directory, fallback) => {
    const [plan] = plansOf({ 'package.json': manifest(build, dependencies), ...lock, ...files });
    expect(plan?.files[0]?.text).toContain(`try_files $uri $uri.html $uri/ ${fallback};`);
    const copied = plan?.stages.at(-1)?.steps.flatMap((step) => (step.kind === 'copy' ? step.sources : []));
    expect(copied).toContain(directory.startsWith('/') ? `${directory}/` : `/app/${directory}/`);
  });

  const watched = (start: string, development: string, files: Readonly<Record<string, string>>) =>
    plansOf({
      'package.json': JSON.stringify({
        name: 'shop',
        scripts: { build: 'node scripts/build.js', start },
        devDependencies: { [development]: '1.0.0' },
      }),
      ...lock,
      ...files,
    })[0];

  test.each([
    [
      'webpack serve --open',
      'webpack',
      { 'webpack.common.js': "module.exports = { output: { path: path.resolve(__dirname, 'site') } };" },
      'site',
    ],
    [
      'npm run build && node scripts/start.js',
      'browser-sync',
      { 'scripts/start.js': "run('node_modules/.bin/browser-sync dist -w');", 'dist/index.html': '' },
      'dist',
    ],
    ['live-server public', 'live-server', { 'public/index.html': '' }, 'public'],
    ['live-server ./dist/ --port=80', 'live-server', { 'public/index.html': '' }, 'dist'],
    ['browser-sync start --server site', 'browser-sync', {}, 'site'],
    ['lite-server --baseDir=site', 'lite-server', { 'dist/index.html': '' }, 'site'],
    ['webpack serve', 'webpack', { 'webpack.config.js': 'module.exports = { output: { filename: "a.js" } };' }, 'dist'],
    [
      'webpack serve --config config/webpack.dev.js',
      'webpack',
      {
        'config/webpack.dev.js': "module.exports = { output: { path: path.resolve(__dirname, '../www') } };",
        'public/index.html': '',
      },
      'www',
    ],
  ])('and a start script only watches (%s) are served as they are', (start, development, files, directory) => {
    const plan = watched(start, development, files);
    const copied = plan?.stages.at(-1)?.steps.flatMap((step) => (step.kind === 'copy' ? step.sources : []));
    expect(copied).toContain(`/app/${directory}/`);
    expect(plan?.run.port).toBe(8080);
  });

  test.each([
    ["module.exports = { output: { path: __dirname + '/build' } };"],
    ["module.exports = { output: { path: path.resolve(__dirname, 'public/assets') } };"],
    ["module.exports = { output: { path: path.join(process.cwd(), 'build') } };"],
    ["export default { output: { path: path.resolve(import.meta.dirname, 'out') } };"],
    [
      "const d = { path: path.resolve(__dirname, 'a') };\nmodule.exports = { output: { path: path.resolve(__dirname, 'b') } };",
    ],
    ["module.exports = { output: { path: path.resolve(__dirname, 'src') } };"],
    ["module.exports = { output: { path: path.resolve(__dirname, '../pages') } };"],
  ])('are not guessed where webpack is not seen to write them: %s', (text) => {
    const { plans, undecided } = detectedIn({
      'package.json': JSON.stringify({
        name: 'shop',
        scripts: { build: 'webpack', start: 'webpack serve' },
        devDependencies: { webpack: '5.0.0' },
      }),
      ...lock,
      'webpack.config.js': text,
      'dist/index.html': '',
      'public/index.html': '',
      'src/index.js': '',
    });
    expect(plans).toEqual([]);
    expect(undecided[0]?.undecided).toContain('not known how they are served');
  });

  test('a start script that answers requests itself is started, whatever it watches', () => {
    const plan = watched('node server.js', 'browser-sync', {
      'server.js': "require('browser-sync');\nrequire('http').createServer(answer).listen(3000);\n",
      'dist/index.html': '',
    });
    expect(plan?.decisions.find(({ topic }) => topic === 'start')?.value).toContain('server.js');
  });

  test('are not taken for pages that nothing builds', () => {
    const { plans, undecided } = detectedIn({
      'package.json': manifest('some-bundler', { vue: '^3.0.0' }),
      'index.html': '<div id="app"></div>\n<script type="module" src="/src/main.ts"></script>\n',
      'src/main.ts': '',
    });
    expect(plans).toEqual([]);
    expect(undecided[0]?.undecided).toContain('index.html:2 loads /src/main.ts');
  });
});

describe('what a Go program embeds', () => {
  const program = {
    'go.mod': 'module example.com/shop\n\ngo 1.26\n',
    'main.go':
      'package main\n\nimport (\n\t"net/http"\n\n\t"example.com/shop/ui"\n)\n\nfunc main() {\n\thttp.ListenAndServe(":8080", http.FileServerFS(ui.Pages))\n}\n',
    'ui/serve.go': 'package ui\n\nimport "embed"\n\n//go:embed all:build/*\nvar Pages embed.FS\n',
  };

  test('is built before it', () => {
    const [plan] = plansOf({
      ...program,
      'ui/package.json': manifest('vite build', { vite: '^7.0.0' }),
      'ui/package-lock.json': lock['package-lock.json'],
      'ui/vite.config.ts': "export default { build: { outDir: 'build' } };",
    });
    expect(plan?.stages.map(({ name }) => name)).toEqual(['pages', 'build', undefined]);
    expect(plan?.stages[0]?.steps).toContainEqual({
      kind: 'copy',
      sources: ['ui/'],
      destination: '.',
      comment: expect.any(String),
    });
    expect(plan?.stages[1]?.steps).toContainEqual({
      kind: 'copy',
      comment: 'What the program embeds: ui/serve.go:5',
      from: 'pages',
      sources: ['/app/build/'],
      destination: './ui/build/',
    });
    expect(plan?.questions).toEqual([]);
  });

  test('is asked for where nothing is known to make it', () => {
    const [plan] = plansOf(program);
    expect(plan?.stages).toHaveLength(2);
    expect(plan?.questions.map(({ question }) => question)).toEqual([
      expect.stringContaining('embeds ui/build (ui/serve.go:5)'),
    ]);
  });

  test('may be there', () => {
    const [plan] = plansOf({ ...program, 'ui/build/index.html': '<p>shop' });
    expect(plan?.stages).toHaveLength(2);
    expect(plan?.questions).toEqual([]);
  });
});

describe('what a bundler writes into a directory that Go embeds', () => {
  const program = {
    'go.mod': 'module example.com/shop\n\ngo 1.26\n',
    'main.go':
      'package main\n\nimport (\n\t"embed"\n\t"net/http"\n)\n\n//go:embed ui\nvar pages embed.FS\n\nfunc main() {\n\thttp.ListenAndServe(":8080", http.FileServerFS(pages))\n}\n',
    'ui/index.html': '<script src="dist/app.js"></script>',
    'package.json': manifest('node bundle.mjs', { esbuild: '^0.25.0' }),
    ...lock,
  };
  const bundle = (directory: string) => ({ 'bundle.mjs': `await build({\n  outdir: "${directory}",\n});\n` });

  test('is built before it', () => {
    const [plan] = plansOf({ ...program, ...bundle('ui/dist/') });
    expect(plan?.stages.map(({ name }) => name)).toEqual(['pages', 'build', undefined]);
    expect(plan?.stages[1]?.steps).toContainEqual({
      kind: 'copy',
      comment: 'What the program embeds: main.go:8',
      from: 'pages',
      sources: ['/app/ui/dist/'],
      destination: './ui/dist/',
    });
  });

  test.each([
    ['elsewhere', bundle('assets')],
    ['where the repository has it', { ...bundle('ui/dist'), 'ui/dist/app.js': '' }],
  ])('is not, %s', (_, files) => {
    expect(plansOf({ ...program, ...files })[0]?.stages).toHaveLength(2);
  });
});

describe('files that Go does not build for Linux', () => {
  const server = { 'cmd/shop/main.go': 'package main\n\nfunc main() {\n\thttp.ListenAndServe(":8080", nil)\n}\n' };
  test.each([
    ['//go:build ignore_build_go\n\n'],
    ['// A licence.\n\n//go:build windows || (darwin && !cgo)\n// +build windows\n\n'],
    ['// +build ignore\n\n'],
    ['// +build linux,mage\n\n'],
  ])('are no program of it: %j', (head) => {
    const [plan, ...others] = plansOf({
      'go.mod': 'module example.com/shop\n\ngo 1.26\n',
      'build.go': `${head}package main\n\nfunc main() {}\n`,
      ...server,
    });
    expect(others).toEqual([]);
    expect(plan?.decisions.find(({ topic }) => topic === 'build')?.value).toBe('./cmd/shop');
  });

  test('are named as where a program begins only with its main', () => {
    const [plan] = plansOf({
      'go.mod': 'module example.com/shop\n\ngo 1.26\n',
      'a.go': '//go:build !windows && go1.22\n\npackage main\n\nconst a = 1\n',
      'b_windows.go': 'package main\n\nconst b = 1\n',
      'shop.go': 'package main\n\nfunc main() {\n\thttp.ListenAndServe(":8080", nil)\n}\n',
    });
    expect(plan?.decisions.find(({ topic }) => topic === 'build')?.evidence).toBe('package main (shop.go:3)');
  });
});
