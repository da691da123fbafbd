import { expect, test } from 'vitest';
import { parseDockerfile } from '../../src/dockerfile/parse-dockerfile.ts';
import { directoryOf } from '../../src/project/moved-files.ts';

/** Where each command of this step works that is called `at`. */
function directories(step: string): (string | undefined)[] {
  const dockerfile = parseDockerfile({
    path: 'Dockerfile',
    text: `FROM busybox\nWORKDIR /app\nRUN ${step}\n`,
    encoding: 'utf-8',
  });
  return dockerfile.commands
    .filter(({ command }) => command.name === 'at')
    .map((placed) => directoryOf(dockerfile, placed));
}

test.each<[string, readonly (string | undefined)[]]>([
  ['at; cd web && at; cd ../api; at', ['/app', '/app/web', '/app/api']],
  ['cd /srv; (cd web && at); at', ['/srv/web', '/srv']],
  ['(cd web && at); (at); (cd api && at)', ['/app/web', undefined, undefined]],
  ['if true; then cd web; at; fi; at', ['/app/web', undefined]],
  ['sh -c "cd web && at" && at && (at)', ['/app/web', '/app', undefined]],
  ['echo "$(cd web && at)"; at', ['/app/web', '/app']],
  ['at && f() { cd web; at; } && at', ['/app', '/app/web', undefined]],
  ['{ cd web; at; } && at', ['/app/web', undefined]],
  ['test -d web || cd web; at', [undefined]],
  ['cd web || exit 1; at; if true; then at; fi', ['/app/web', '/app/web']],
  ['cd web | at; at', ['/app', '/app']],
  ['for d in a b; do cd web; at; done; at', ['/app/web', undefined]],
  ['cd "$DIR"; at; cd /x; at', [undefined, '/x']],
  ['at; pushd web; at; cd /x; at', ['/app', undefined, undefined]],
])('a command works where the `cd` before it led: %s', (step, expected) => {
  expect(directories(step)).toEqual(expected);
});

test('thousands of them are read in linear time', () => {
  const start = performance.now();
  expect(directories('cd ../a; at; '.repeat(20_000)).at(-1)).toBe('/a');
  expect(directories('cd deeper; at; '.repeat(20_000)).at(-1)).toBe(undefined);
  expect(performance.now() - start).toBeLessThan(4000);
});
