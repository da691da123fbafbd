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
const go = {
  'go.mod': 'module example.com/shop\n\ngo 1.26\n',
  'main.go': 'package main\n\nimport "net/http"\n\nfunc main() {\n\thttp.ListenAndServe(":9000", nil)\n}\n',
};

test.each([
  ['a page at the root alone', { 'files.php': page }, [': PHP']],
  ['a page among settings', { '.config/autoconfig.php': page, '.config/redis.config.php': page }, []],
  ['a page beside what is no page', { 'files.php': page, 'redis.config.php': page }, []],
  ['a plugin in a program of another language', { ...go, 'plugin/shop.php': page }, [': Go']],
  ['pages in a program of another language', { ...go, 'pages/index.php': page }, [': Go']],
])('%s', (_, files, languages) => {
  expect(languagesOf(files)).toEqual(languages);
});
