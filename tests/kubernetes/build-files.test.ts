import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readBake } from '../../src/kubernetes/bake.ts';
import { readSkaffold } from '../../src/kubernetes/skaffold.ts';

const artifact = (path: string, text: string) => ({ path, text, encoding: 'utf-8' as const });

describe('skaffold', () => {
  test('tells of contexts, Dockerfiles and targets', () => {
    const { builds, otherImages } = readSkaffold(
      artifact(
        'deploy/skaffold.yaml',
        `apiVersion: skaffold/v4beta11
kind: Config
build:
  artifacts:
    - image: shop/web
      context: ../web
      docker: {dockerfile: docker/Dockerfile, target: run, buildArgs: {VERSION: "1", COMMIT: "{{.COMMIT}}"}}
    - image: shop/api
    - {image: shop/java, jib: {}}
profiles:
  - name: dev
    build: {artifacts: [{image: shop/web-dev, context: ../web}]}
`,
      ),
    );
    expect(builds).toMatchObject([
      { name: 'shop/web', contextPath: 'web', dockerfilePath: 'web/docker/Dockerfile', target: 'run' },
      { name: 'shop/api', contextPath: 'deploy', dockerfilePath: 'deploy/Dockerfile', target: undefined },
      { name: 'shop/web-dev', contextPath: 'web' },
    ]);
    expect(otherImages).toEqual(['shop/java']);
    expect([...(builds[0]?.args ?? [])]).toEqual([
      ['VERSION', '1'],
      ['COMMIT', undefined],
    ]);
  });

  test('leaves out what is no skaffold file', () => {
    expect(readSkaffold(artifact('a.yaml', 'build: {artifacts: [{image: a}]}')).builds).toEqual([]);
  });
});

const hcl = `variable "TAG" {
  default = "1.0" // or another
}
variable "PUSH" { default = false }
group "default" { targets = ["web", "api"] }
/* shared */
target "_common" {
  context = "."
  args = {
    NODE = "20"
    "LEVEL" = "info"
  }
  labels = { "a.b" = "c" }
}
function "tag" {
  params = [name]
  result = ["shop/\${name}:\${TAG}"]
}
target "web" {
  inherits   = ["_common"]
  dockerfile = "web/Dockerfile"
  target     = "run"
  tags       = ["shop/web:\${TAG}", notequal("", X) ? "shop/web:\${X}" : "", "shop/web:latest"]
  args = { NODE = "22", COMMIT = timestamp() }
}
target "api" {
  context    = "api" # below
  platforms  = ["linux/amd64"]
  dockerfile-inline = <<EOT
FROM scratch
EOT
  tags = ["shop/api"]
}
target "far" { context = "https://example.com/repo.git" }
`;

describe('bake', () => {
  test('tells of targets in HCL, with what they inherit and the defaults of variables', () => {
    const { builds } = readBake(artifact('docker-bake.hcl', hcl));
    expect(builds.map(({ name, contextPath, dockerfilePath }) => [name, contextPath, dockerfilePath])).toEqual([
      ['web', '', 'web/Dockerfile'],
      ['api', 'api', undefined],
      ['far', undefined, undefined],
    ]);
    expect(builds[0]?.images).toEqual(['shop/web:1.0', 'shop/web:latest']);
    expect(builds[0]?.target).toBe('run');
    expect([...(builds[0]?.args ?? [])]).toEqual([
      ['NODE', '22'],
      ['LEVEL', 'info'],
      ['COMMIT', undefined],
    ]);
    const place = builds[1]?.place.range;
    expect(hcl.slice(place?.start, place?.end)).toBe('"api"');
  });

  test('tells the same of JSON', () => {
    const json = JSON.stringify({
      variable: { TAG: { default: '1' } },
      target: { base: { args: { A: 'b' } }, web: { inherits: ['base'], context: 'web', tags: ['web:${TAG}'] } },
    });
    const { builds } = readBake(artifact('ci/docker-bake.json', json));
    expect(builds[1]).toMatchObject({ contextPath: 'ci/web', dockerfilePath: 'ci/web/Dockerfile', images: ['web:1'] });
    expect(builds[1]?.args.get('A')).toBe('b');
  });

  test('does not follow a circle of inheritance for ever', () => {
    const { builds } = readBake(artifact('a.hcl', 'target "a" { inherits = ["b"] }\ntarget "b" { inherits = ["a"] }'));
    expect(builds).toHaveLength(2);
  });

  test('reads any text without an exception, in linear time', () => {
    const token = fc.constantFrom(
      'target ',
      '"a" ',
      '{',
      '}',
      '[',
      ']',
      '= ',
      '"',
      '${',
      '\n',
      ',',
      '<<E\n',
      'E',
      '/*',
      '#',
      '\\',
    );
    fc.assert(
      fc.property(fc.array(token, { maxLength: 80 }), (tokens) => {
        expect(readBake(artifact('a.hcl', tokens.join(''))).problems).toEqual([]);
      }),
    );
    const start = performance.now();
    for (const piece of [
      '{',
      '[',
      '"${',
      'a {',
      'a = [',
      'a = (',
      '/*',
      '<<E\n',
      'a = "',
      'target "a" { inherits = ["a", "a"] }\n',
    ])
      readBake(artifact('a.hcl', piece.repeat(100_000 / piece.length)));
    expect(performance.now() - start).toBeLessThan(5000);
  });
});
