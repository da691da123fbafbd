import { expect, test } from 'vitest';
import { parseDockerfile } from '../../src/dockerfile/parse-dockerfile.ts';
import { imageProject, inspectImage, placeOfImage, placeOfLayer } from '../../src/project/inspected-image.ts';
import type { Project } from '../../src/project/project.ts';
import { analysisFrom } from '../image/build-analysis.ts';

function projectWith(...texts: readonly string[]): Project {
  return {
    ...imageProject([], undefined),
    dockerfiles: texts.map((text, at) => parseDockerfile({ path: `${at}.Dockerfile`, text, encoding: 'utf-8' })),
  };
}

function inspected(steps: readonly string[], project: Project) {
  const described = steps.map((by) => `  - by: ${JSON.stringify(by)}\n    empty: ${/^(?:CMD|USER|ENV)/.test(by)}\n`);
  return inspectImage(analysisFrom(`steps:\n${described.join('')}`).analysis, [], project);
}

function linesOf(steps: readonly string[], project: Project): readonly (number | undefined)[] {
  return inspected(steps, project).steps.map(({ written }) => written?.line);
}

const base = "# debian.sh --arch 'amd64' out/ 'bookworm'";

test.each([
  [
    'BuildKit',
    [base, 'ENV A=1', 'RUN |1 V=2 /bin/sh -c make   && make install # buildkit', 'CMD ["node" "server.js"]'],
    'FROM debian:12\nENV A=1\nRUN make \\\n  # all of it\n  && make install\nCMD ["node", "server.js"]\n',
    [undefined, 2, 3, 6],
  ],
  [
    'the classic builder',
    [
      base,
      '/bin/sh -c make',
      `/bin/sh -c #(nop) COPY dir:${'a'.repeat(64)} in /app `,
      '/bin/sh -c #(nop)  CMD ["node"]',
    ],
    'FROM debian:12\nRUN make\nCOPY . /app\nCMD ["node"]\n',
    [undefined, 2, 3, 4],
  ],
  [
    'a stage on a stage',
    [base, 'RUN /bin/sh -c make # buildkit', 'USER 10001', 'CMD ["/bin/sh" "-c" "npm start"]'],
    'FROM debian:12 AS one\nRUN make\nFROM one\nUSER 10001\nCMD npm start\n',
    [undefined, 2, 4, 5],
  ],
])('what %s noted leads to the lines', (_, steps, text, lines) => {
  expect(linesOf(steps, projectWith(text))).toEqual(lines);
});

test.each([
  ['another command', ['RUN /bin/sh -c make all # buildkit'], ['FROM debian:12\nRUN make\n']],
  ['more instructions than the image has', ['RUN /bin/sh -c make # buildkit'], ['FROM a\nUSER 1\nRUN make\n']],
  ['nothing that tells it from others', ['USER 1'], ['FROM a\nUSER 1\n']],
  ['two files that say the same', ['RUN /bin/sh -c make # buildkit'], ['FROM a\nRUN make\n', 'FROM b\nRUN make\n']],
])('%s is not sure', (_, steps, texts) => {
  expect(linesOf(steps, projectWith(...texts)).every((line) => line === undefined)).toBe(true);
});

test('a layer of the base leads to FROM, one of its own to its line, and the image is beside it', () => {
  const image = inspected([base, 'RUN /bin/sh -c make # buildkit'], projectWith('FROM debian:12\nRUN make\n'));
  expect(placeOfLayer(image, 0)).toMatchObject({
    at: { path: '0.Dockerfile', range: { start: 0 } },
    also: [{ path: 'image:shop/web:1', note: 'in the base image' }],
  });
  expect(placeOfLayer(image, 1)).toMatchObject({
    at: { path: '0.Dockerfile', range: { start: 15 } },
    also: [{ path: 'image:shop/web:1', note: 'in the image' }],
  });
});

test('without its Dockerfile an image is its own place', () => {
  const image = inspected([base], projectWith());
  expect(placeOfImage(image)).toMatchObject({ at: { path: 'image:shop/web:1', range: { start: 0 } }, also: [] });
  expect(image.history.text).toBe(`# image shop/web:1 linux/amd64\n${base}\n`);
});

test('a layer that the history does not tell of is a step all the same', () => {
  const image = inspectImage(analysisFrom('steps:\n  - files: []\n').analysis, [], undefined);
  expect(placeOfLayer(image, 0).at.range.start).toBeGreaterThan(0);
});

test.each([
  ['a RUN that changed nothing', 'RUN /bin/sh -c test -x /bin/sh', 'COPY dir:1 in /app', undefined, undefined],
  ['BuildKit, whatever changed nothing', 'COPY a /a', 'COPY b /b', 'buildkit.dockerfile.v0', undefined],
  ['Buildah, which notes a COPY without a layer', 'COPY a /a', 'COPY b /b', undefined, [0, 1]],
  ['Buildah at a CMD', 'RUN make', 'CMD a', undefined, undefined],
])('tells who made a layer: %s', (_, first, second, comment, together) => {
  const said = {
    steps: [
      { by: first, empty: true, comment },
      { by: second, comment },
    ],
  };
  const [one, two] = inspectImage(analysisFrom(JSON.stringify(said)).analysis, [], undefined).steps;
  const maker = second.startsWith('CMD') ? one : two;
  expect([maker?.layer, maker?.together]).toEqual([0, together]);
});
