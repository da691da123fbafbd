import { expect, test } from 'vitest';
import { parseDockerfile } from '../../../src/dockerfile/parse-dockerfile.ts';
import { uncheckedDownload } from '../../../src/maintain/rebuild/unchecked-download.ts';

const hash = 'a'.repeat(64);

function fetcherOf(run: string): string | undefined {
  const dockerfile = parseDockerfile({ path: 'Dockerfile', text: `FROM a\nRUN ${run}\n`, encoding: 'utf-8' });
  const [placed] = dockerfile.instructionsNamed('RUN');
  const script = placed && dockerfile.script(placed.instruction);
  if (script === undefined) throw new Error(run);
  return uncheckedDownload(script);
}

test.each([
  `curl -fsSLo /tmp/tool.tgz https://e.example/tool.tgz && echo "${hash}  /tmp/tool.tgz" | sha256sum -c - && tar xf /tmp/tool.tgz`,
  `curl -fsSLO https://e.example/tool-\${V}.tgz && echo "$SUM *tool-$V.tgz" | sha256sum --check`,
  `wget -q https://e.example/tool.tgz; echo ${hash} tool.tgz | sha256sum -c`.replace(';', ' &&'),
  `set -e; wget -O /t.tgz https://e.example/tool.tgz; printf '%s  %s\\n' "$SUM" /t.tgz | sha512sum -c -; tar xf /t.tgz`,
  `curl -fsSLo a https://e.example/a && curl -fsSLo b https://e.example/b && printf "${hash}  a\\n${hash}  b\\n" | sha256sum -c -`,
  `wget https://e.example/tool.tgz && sha256sum -c tool.tgz.sha256`,
  `SUM=${hash} && curl -fo a https://e.example/a && echo "$SUM a" | shasum -a 256 -c`,
  'curl -fsS -o /dev/null https://e.example/',
  'mkdir /a',
])('what is fetched is checked: %s', (run) => expect(fetcherOf(run)).toBeUndefined());

test.each([
  ['curl', 'curl -fsSL https://e.example/install.sh | sh'],
  // Another file is checked than the one that was fetched.
  ['curl', `echo "${hash}  /etc/base" | sha256sum -c - && curl -fsSLo /tmp/tool https://e.example/tool`],
  ['curl', `curl -fo a https://e.example/a && curl -fo b https://e.example/b && echo "${hash} a" | sha256sum -c`],
  ['wget', `wget https://e.example/a https://e.example/b && echo "${hash} a" | sha256sum -c`],
  // Nothing is checked, only printed.
  ['curl', 'curl -fo a https://e.example/a && sha256sum a'],
  // The checksum comes from where the file does.
  ['curl', 'curl -fo a https://e.example/a && curl -fo a.sha256 https://e.example/a.sha256 && sha256sum -c a.sha256'],
  [
    'curl',
    'SUM=$(curl -fs https://e.example/a.sha256) && curl -fo a https://e.example/a && echo "$SUM a" | sha256sum -c',
  ],
  ['wget', 'wget https://e.example/a https://e.example/a.asc && gpgv a.asc a'],
  // Nobody hears that it is another one.
  ['curl', `curl -fo a https://e.example/a; echo "${hash} a" | sha256sum -c -; tar xf a`],
  ['curl', `curl -fo a https://e.example/a && echo "${hash} a" | sha256sum -c || true`],
  ['curl', `curl -fo a https://e.example/a && if echo "${hash} a" | sha256sum -c; then echo yes; fi`],
  ['curl', `curl -fo a https://e.example/a && echo "${hash} a" | sha256sum -c | cat`],
  ['git', `git clone https://e.example/a.git && echo "${hash} x" | sha256sum -c`],
  ['curl', `curl -K list && echo "${hash} a" | sha256sum -c`],
])('by %s something is fetched that nothing checks: %s', (name, run) => expect(fetcherOf(run)).toBe(name));
