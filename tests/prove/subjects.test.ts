import { afterAll, describe, expect, it } from 'vitest';
import { readBuildFlags } from '../../src/prove/build-flags.ts';
import { type Choice, subjectsOf } from '../../src/prove/subjects.ts';
import { projectsOnDisk } from './compare/projects.ts';

const disk = projectsOnDisk();
afterAll(disk.remove);

const everything: Choice = { images: [], dockerfiles: [], settings: {} };
const base = 'FROM debian:12\nCOPY . /app\n';

const shop = {
  'compose.yaml': [
    'services:',
    '  web:',
    '    image: registry.example/shop/web:1',
    '    platform: linux/arm64',
    '    build:',
    '      context: web',
    '      target: prod',
    '      network: host',
    '      args: { VERSION: "${VERSION:-1.2}", UNKNOWN: "${UNKNOWN}", HERE: }',
    '      additional_contexts: { lib: ./lib, base: docker-image://debian:12 }',
    '      secrets: [npmrc, { source: token, target: api }]',
    '  worker:',
    '    build: worker',
    'secrets:',
    '  npmrc: { file: ./.npmrc }',
    '  token: { environment: API_TOKEN }',
    '',
  ].join('\n'),
  'web/Dockerfile': `FROM debian:12 AS prod\nCOPY . /app\nFROM prod AS test\nRUN true\n`,
  'web/a.js': '1',
  'worker/Dockerfile': base,
  'worker/b.js': '1',
};

describe('subjectsOf', () => {
  it('gives each image its name, context and what Compose says of its build', async () => {
    const { project } = await disk.load(shop);
    const [web, worker] = subjectsOf(project, everything);
    expect(web).toMatchObject({ name: 'shop/web', dockerfile: 'web/Dockerfile', context: 'web' });
    expect(web?.settings).toEqual({
      target: 'prod',
      platform: 'linux/arm64',
      network: 'host',
      arguments: new Map([
        ['VERSION', '1.2'],
        ['HERE', undefined],
      ]),
      contexts: new Map([
        ['lib', 'lib'],
        ['base', 'docker-image://debian:12'],
      ]),
      secrets: [
        { id: 'npmrc', from: { file: '.npmrc' } },
        { id: 'api', from: { environment: 'API_TOKEN' } },
      ],
    });
    expect(worker).toMatchObject({
      name: 'worker',
      context: 'worker',
      settings: { target: undefined, network: 'default' },
    });
  });

  it('lets flags go before what the project says', async () => {
    const { project } = await disk.load(shop);
    const settings = readBuildFlags(
      {
        arguments: ['VERSION=2', 'CI'],
        secrets: ['id=npmrc,src=other'],
        contexts: ['lib=/opt/lib'],
        target: 'test',
        platform: undefined,
        network: 'none',
      },
      '/work',
    );
    const [web] = subjectsOf(project, { ...everything, images: ['web'], settings });
    expect(web?.settings).toMatchObject({ target: 'test', platform: 'linux/arm64', network: 'none' });
    expect(web?.settings.arguments.get('VERSION')).toBe('2');
    expect(web?.settings.contexts.get('lib')).toBe('/opt/lib');
    expect(web?.settings.secrets).toContainEqual({ id: 'npmrc', from: { file: '/work/other' } });
    expect(web?.settings.secrets).toHaveLength(2);
  });

  it.each(['shop/web', 'web', 'registry.example/shop/web:1', 'registry.example/shop/web'])(
    'finds an image by %s',
    async (name) => {
      const { project } = await disk.load(shop);
      expect(subjectsOf(project, { ...everything, images: [name] }).map(({ dockerfile }) => dockerfile)).toEqual([
        'web/Dockerfile',
      ]);
    },
  );

  it('names what there is where nothing is called so', async () => {
    const { project } = await disk.load(shop);
    expect(() => subjectsOf(project, { ...everything, images: ['shop/wen'] })).toThrow(
      /nothing that is built here is called «shop\/wen»/,
    );
    expect(() => subjectsOf(project, { ...everything, dockerfiles: ['Dockerfile'] })).toThrow(/called «Dockerfile»/);
  });

  it('tells two images of one directory by their files', async () => {
    const { project } = await disk.load({ Dockerfile: base, 'Dockerfile.dev': base, 'a.js': '1' });
    const names = subjectsOf(project, everything).map(({ name }) => name);
    expect(new Set(names).size).toBe(2);
    expect(names.some((name) => name.endsWith('/Dockerfile.dev'))).toBe(true);
  });
});

describe('readBuildFlags', () => {
  const none = { arguments: [], secrets: [], contexts: [], target: undefined, platform: undefined, network: undefined };

  it.each([
    ['id=a,src=f', { id: 'a', from: { file: '/work/f' } }],
    ['id=a,source=/f,type=file', { id: 'a', from: { file: '/f' } }],
    ['id=a,env=TOKEN', { id: 'a', from: { environment: 'TOKEN' } }],
    ['id=TOKEN', { id: 'TOKEN', from: { environment: 'TOKEN' } }],
  ])('reads the secret %s', (written, expected) => {
    expect(readBuildFlags({ ...none, secrets: [written] }, '/work').secrets).toEqual([expected]);
  });

  it.each([
    { ...none, secrets: ['src=hunter2'] },
    { ...none, secrets: ['id=a,hunter2'] },
    { ...none, secrets: ['id=a,src=hunter2,env=b'] },
    { ...none, arguments: ['=hunter2'] },
    { ...none, arguments: ['a b=hunter2'] },
    { ...none, contexts: ['hunter2'] },
  ])('refuses %j without repeating what may be secret', (flags) => {
    let message = '';
    try {
      readBuildFlags(flags, '/work');
    } catch (error) {
      message = String(error);
    }
    expect(message).toMatch(/takes/);
    expect(message).not.toContain('hunter2');
  });
});
