import { describe, expect, test } from 'vitest';
import { buildsOfCommands } from '../../src/project/build-commands.ts';

function told(text: string) {
  return buildsOfCommands([{ path: 'Makefile', text, encoding: 'utf-8' }]).map(
    ({ dockerfilePath, contextDirectory, target, images }) => ({
      dockerfilePath,
      contextDirectory,
      target,
      images,
    }),
  );
}

describe('build commands tell of builds', () => {
  test.each([
    ['docker build .', 'Dockerfile', '', undefined, []],
    [
      '\tdocker build -f packaging/docker/alpine/Dockerfile -t app:1 .',
      'packaging/docker/alpine/Dockerfile',
      '',
      undefined,
      ['app:1'],
    ],
    [
      'run: docker buildx build --push --platform linux/amd64 --file=web/Dockerfile --target ship ./web',
      'web/Dockerfile',
      'web',
      'ship',
      [],
    ],
    [
      'docker build \\\n    --no-cache \\\n    -t $(IMAGE) services/api',
      'services/api/Dockerfile',
      'services/api',
      undefined,
      [],
    ],
    ['podman build -t x "api" && echo done', 'api/Dockerfile', 'api', undefined, ['x']],
  ])('%j', (text, dockerfilePath, contextDirectory, target, images) => {
    expect(told(text)).toEqual([{ dockerfilePath, contextDirectory, target, images }]);
  });

  test.each([
    'docker build $(CONTEXT)',
    'docker build -f $FILE .',
    'docker build - < Dockerfile',
    'docker build https://example.com/a.git',
    'docker build ../up',
    'docker ps',
  ])('%j tells nothing', (text) => {
    expect(told(text)).toEqual([]);
  });
});

describe('a step of GitHub Actions tells of a build by its target', () => {
  const step = (inputs: readonly string[], uses = 'docker/build-push-action@v6') =>
    `jobs:\n  image:\n    steps:\n      - uses: actions/checkout@v4\n      - name: Build\n        uses: ${uses}\n        with:\n${inputs.map((each) => `          ${each}\n`).join('')}      - run: "true"\n`;

  test.each([
    [['context: .', 'target: rootless'], 'Dockerfile', '', 'rootless'],
    [['context: "./web"', 'target: ship # the small one'], 'web/Dockerfile', 'web', 'ship'],
    [['file: docker/app.Dockerfile', "target: 'final'"], 'docker/app.Dockerfile', '', 'final'],
  ])('%j', (inputs, dockerfilePath, contextDirectory, target) => {
    expect(told(step(inputs))).toEqual([{ dockerfilePath, contextDirectory, target, images: [] }]);
  });

  test.each([
    [step(['context: .'])],
    [step(['context: .', 'target: x'], 'example/other@v1')],
    [step(['context: ${{ matrix.directory }}', 'target: x'])],
  ])('nothing: %j', (text) => expect(told(text)).toEqual([]));
});
