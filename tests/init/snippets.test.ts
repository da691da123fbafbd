import { expect, test } from 'vitest';
import { detectApplications } from '../../src/init/detect.ts';
import { detectors } from '../../src/init/detectors.ts';
import { repositoryOf } from '../../src/init/repository.ts';

function languagesOf(files: Readonly<Record<string, string>>): string[] {
  const repository = repositoryOf('/shop', Object.keys(files), (file) => files[file]);
  const existing = { dockerfiles: [], manifests: false };
  const options = { detectors, choices: {}, today: '2026-11-26', within: '', existing };
  return detectApplications(repository, options).plans.map(({ language, directory }) => `${directory}: ${language}`);
}

const page = '<?php\necho 1;\n';
const served = [
  'from http.server import BaseHTTPRequestHandler, HTTPServer',
  'PORT = 8123',
  'class Handler(BaseHTTPRequestHandler):',
  '    def do_GET(self):',
  '        if self.path in ("/live", "/ready"):',
  '            self.send_response(200)',
  'HTTPServer(("", PORT), Handler).serve_forever()',
  '',
].join('\n');
const go = {
  'go.mod': 'module example.com/shop\n\ngo 1.26\n',
  'main.go': 'package main\n\nimport "net/http"\n\nfunc main() {\n\thttp.ListenAndServe(":9000", nil)\n}\n',
};

test.each([
  ['a page at the root alone', { 'files.php': page }, [': PHP']],
  ['a page among settings', { '.config/autoconfig.php': page, '.config/redis.config.php': page }, []],
  ['a page beside what is no page', { 'files.php': page, 'redis.config.php': page }, []],
  ['a plugin in a program of another language', { ...go, 'plugin/shop.php': page }, [': Go']],
  ['a server of the standard library under any name', { 'web.py': served }, [': Python']],
  ['two of them', { 'web.py': served, 'other.py': served }, []],
  ['a script that serves nothing', { 'web.py': 'print(1)\n' }, []],
  ['a server of the standard library among the tools', { ...go, 'tools/web.py': served }, [': Go']],
  ['a server of the standard library beside a program', { ...go, 'web.py': served }, [': Go']],
  ['pages in a program of another language', { ...go, 'pages/index.php': page }, [': Go']],
])('%s', (_, files, languages) => {
  expect(languagesOf(files)).toEqual(languages);
});

test.each([
  [served, { path: '/ready', live: '/live' }],
  [served.replace('"/live", ', ''), { path: '/ready' }],
  [served.replace('in ("/live", "/ready")', '== "/live"'), { path: '/live' }],
  [served.replace(' in ("/live", "/ready")', ".startswith('/livez')"), { path: '/livez' }],
  [served.replace('in ("/live", "/ready")', '== "/alive"'), undefined],
])('a server of the standard library is asked where it answers', (text, health) => {
  const repository = repositoryOf('/shop', ['web.py'], () => text);
  const existing = { dockerfiles: [], manifests: false };
  const options = { detectors, choices: {}, today: '2026-11-26', within: '', existing };
  const [plan] = detectApplications(repository, options).plans;
  if (health) expect(plan?.run.health).toMatchObject(health);
  else expect(plan?.run.health).toBeUndefined();
  expect(plan?.run.port).toBe(8123);
});
