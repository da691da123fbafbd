import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { clusterObjectOf } from '../../../src/kubernetes/cluster-object.ts';
import { releaseIn } from '../../../src/maintain/prune-registry/cluster-mentions.ts';
import { mentionCollector } from '../../../src/maintain/prune-registry/mentions.ts';

const digest = `sha256:${'a'.repeat(64)}`;
const mention = { kind: 'git', by: 'x' } as const;

/** `shop/web:1`, `shop/web@sha256:…` for what is named. */
function named(...sources: readonly (string | object)[]): string[] {
  const collector = mentionCollector(['shop/web', 'web', 'charts/shop', 'hub/library/nginx']);
  for (const source of sources)
    if (typeof source === 'string') collector.text(source, mention);
    else collector.value(source, mention);
  collector.endSource();
  return [...collector.mentions.repositories].flatMap(([name, { tags, digests }]) => [
    ...[...tags.keys()].map((tag) => `${name}:${tag}`),
    ...[...digests.keys()].map((each) => `${name}@${each}`),
  ]);
}

describe('what names an image', () => {
  it.each<[string, readonly (string | object)[], readonly string[]]>([
    ['a reference in a line', ['image: registry.example:5000/shop/web:1.2'], ['shop/web:1.2', 'web:1.2']],
    ['one in quotes with a comma behind it', ['["registry.example/shop/web:1.2",'], ['shop/web:1.2', 'web:1.2']],
    ['one at the end of a sentence', ['We run charts/shop:3.'], ['charts/shop:3']],
    ['one through a proxy with a prefix', ['proxy.example/mirror/x/charts/shop:3'], ['charts/shop:3']],
    ['one behind a scheme', ['oci://registry.example/charts/shop:3'], ['charts/shop:3']],
    ['a digest, with and without a tag', [`charts/shop:3@${digest}`], ['charts/shop:3', `charts/shop@${digest}`]],
    ['without a tag, as latest', ['image: registry.example/charts/shop'], ['charts/shop:latest']],
    ['in an argument', ['--image=registry.example/charts/shop:3'], ['charts/shop:3']],
    ['not a longer name', ['registry.example/charts/shop-admin:3, xcharts/shop2:3'], []],
    [
      'repository and tag in different files',
      ['repository: registry.example/charts/shop', 'tag: "1.9"'],
      ['charts/shop:latest', 'charts/shop:1.9'],
    ],
    [
      'repository and digest in different places',
      [`repository: registry.example/charts/shop\ndigest: ${digest}`],
      ['charts/shop:latest', `charts/shop@${digest}`],
    ],
    ['as Kustomize has it', ['- name: charts/shop\n  newTag: v2'], ['charts/shop:latest', 'charts/shop:v2']],
    [
      'fields of an object',
      [{ spec: { image: { repository: 'registry.example/charts/shop', tag: 7 } } }],
      ['charts/shop:latest', 'charts/shop:7'],
    ],
    ['a default of a variable', ['charts/shop:${TAG:-1.1}'], ['charts/shop:latest', 'charts/shop:1.1']],
    [
      'one that is set at once',
      ['charts/shop:v${TAG:=1.1}-slim'],
      ['v', 'v1.1-slim', 'latest'].map((tag) => `charts/shop:${tag}`),
    ],
    ['one in a default', ['charts/shop:${A-${B:-1.1}}'], ['charts/shop:latest', 'charts/shop:1.1']],
    ['a whole image as a default', ['image: ${IMAGE:-charts/shop:1.1}'], ['charts/shop:1.1']],
    [
      'a default of a template',
      ['charts/shop:{{ .Values.image.tag | default "1.1" }}'],
      ['charts/shop:latest', 'charts/shop:1.1'],
    ],
    [
      'a variable that is set elsewhere',
      ['charts/shop:${TAG:-1}', 'TAG=2'],
      ['1', '2', 'latest'].map((tag) => `charts/shop:${tag}`),
    ],
    ['a tag behind an anchor', ['repository: charts/shop\ntag: &tag 1.1'], ['charts/shop:latest', 'charts/shop:1.1']],
    [
      'an anchor of another key',
      ['repository: charts/shop\nx: &v "1.1"\ntag: *v'],
      ['charts/shop:latest', 'charts/shop:1.1'],
    ],
    ['a variable in the path', ['registry/${PROJECT}/shop:1.1'], ['charts/shop:1.1']],
    ['a variable in a part of the path', ['registry/$PROJECT-arts/shop:1.1'], []],
    ['one that is the end of a part', ['registry/ch${X}/shop:1.1'], ['charts/shop:1.1']],
    ['one of a template', ['"{{ .Values.registry }}/{{ .Values.project }}/shop:1.1"'], ['charts/shop:1.1']],
    [
      'a variable as the name',
      ['repository: charts/shop', 'image: $IMAGE:1.1'],
      ['charts/shop:latest', 'charts/shop:1.1'],
    ],
    ['no image by a variable alone', ['${count}s, $a/$b, *'], []],
    [
      'a digest in a variable',
      [`charts/shop@\${DIGEST}`, `digest: ${digest}`],
      ['charts/shop:latest', `charts/shop@${digest}`],
    ],
    ['an official image of a mirror', ['image: nginx:1.25'], ['hub/library/nginx:1.25']],
    ['one with its host', ['image: docker.io/library/nginx:1.25'], ['hub/library/nginx:1.25']],
    ['no version of an object', [{ a: 'charts/shop', metadata: { resourceVersion: '17' } }], ['charts/shop:latest']],
    [
      'a default in an object',
      [{ image: 'charts/shop', data: { env: 'tag: &x 1.1' } }],
      ['charts/shop:latest', 'charts/shop:1.1'],
    ],
    [
      'texts in an object',
      [{ data: { script: 'docker pull registry.example/charts/shop:3\necho' } }],
      ['charts/shop:3'],
    ],
  ])('%s', (_, sources, found) => {
    expect(named(...sources).sort()).toEqual([...found].sort());
  });

  it('takes tags from another repository: charts and the values for them are mostly apart', () => {
    const collector = mentionCollector(['charts/shop']);
    collector.text('tag: "1.9"', mention);
    collector.endSource();
    collector.text('repository: registry.example/charts/shop', mention);
    collector.endSource();
    collector.text('tag: "2.0"', mention);
    collector.endSource();
    const tags = [...(collector.mentions.repositories.get('charts/shop')?.tags.keys() ?? [])];
    expect(tags.sort()).toEqual(['1.9', '2.0', 'latest']);
  });

  it('knows every digest, whatever stands before it', () => {
    const collector = mentionCollector([]);
    collector.text(`imageID: ${digest}`, mention);
    expect([...collector.mentions.digests.keys()]).toEqual([digest]);
  });

  it('is linear in a text that is made for it', () => {
    const begun = performance.now();
    named(
      'a/'.repeat(300_000),
      `${'shop/web'.repeat(100_000)}:`,
      'tag: '.repeat(200_000),
      '${a:-'.repeat(100_000),
      ': &a '.repeat(100_000),
      '*/'.repeat(300_000),
      '{{'.repeat(200_000),
      '$(a'.repeat(200_000),
    );
    expect(performance.now() - begun).toBeLessThan(3000);
  });
});

describe('a release of Helm', () => {
  const packed = gzipSync(JSON.stringify({ manifest: 'x' })).toString('base64');
  const objectOf = (kind: string, release: string) => {
    const object = clusterObjectOf({ apiVersion: 'v1', kind, metadata: { name: 'r' }, data: { release } });
    if (!object) throw new Error('no object');
    return releaseIn(object);
  };
  it('is read from a Secret and from a ConfigMap', () => {
    expect(objectOf('Secret', Buffer.from(packed).toString('base64'))).toEqual({ manifest: 'x' });
    expect(objectOf('ConfigMap', packed)).toEqual({ manifest: 'x' });
  });
  it.each(['', 'x', packed.slice(0, 20)])('is none where it is damaged: «%s»', (release) => {
    expect(objectOf('ConfigMap', release)).toBeUndefined();
  });
});
