import { describe, expect, test } from 'vitest';
import { parseDockerfile } from '../../src/dockerfile/parse-dockerfile.ts';
import type { NamedBases, OtherBase } from '../../src/project/image-base.ts';
import { remediesOf } from '../../src/project/image-remedies.ts';
import { type InspectedImage, imageProject, inspectImage } from '../../src/project/inspected-image.ts';
import { updateCommand } from '../../src/project/update-command.ts';
import { baseSentence, changeSentence } from '../../src/report/remedy-view.ts';
import { analysisFrom } from '../image/build-analysis.ts';

const described = `
vulnerabilities:
  - { id: CVE-2026-0001, package: openssl, severity: critical, fixedIn: "1.1" }
  - { id: CVE-2026-0002, package: openssl, severity: low }
  - { id: CVE-2026-0003, package: curl, severity: high, fixedIn: "8.1" }
  - { id: CVE-2026-0004, package: lodash, severity: high, fixedIn: "4.17.21" }
  - { id: CVE-2026-0005, package: zlib, severity: medium }
steps:
  - by: "# debian.sh --arch 'amd64' out/ 'bookworm'"
    files: [{ path: usr/bin/apt-get, bytes: 1 }]
    packages: [{ name: openssl, version: "1.0" }, { name: zlib, version: "1.2" }]
  - { by: 'CMD ["bash"]', empty: true }
  - by: 'RUN /bin/sh -c apt-get install -y curl # buildkit'
    packages: [{ name: curl, version: "8.0" }]
  - by: 'COPY . /app # buildkit'
    packages: [{ kind: npm, name: lodash, version: 4.17.20, path: app/node_modules/lodash/package.json }]
  - { by: 'CMD ["node" "x.js"]', empty: true }
`;
const dockerfile = 'FROM debian:12\nRUN apt-get install -y curl\nCOPY . /app\nCMD ["node", "x.js"]\n';

function inspected(
  bases: NamedBases = {},
  { text = described, from }: { readonly text?: string; readonly from?: string } = {},
): InspectedImage {
  const { analysis, vulnerabilities } = analysisFrom(text);
  const project =
    from === undefined
      ? undefined
      : {
          ...imageProject([], undefined),
          dockerfiles: [parseDockerfile({ path: 'Dockerfile', text: from, encoding: 'utf-8' })],
        };
  return inspectImage(analysis, vulnerabilities, project, bases);
}

/** The image that stands on the first layers alone. */
function baseWith(layers: number) {
  const { image } = analysisFrom(described).analysis;
  const diffIds = image.configuration.diffIds.slice(0, layers);
  return { ...image, name: 'debian:12', configuration: { ...image.configuration, diffIds } };
}

function other(ids: readonly string[], given: Partial<OtherBase> = {}): OtherBase {
  const [pattern] = analysisFrom(described).vulnerabilities;
  if (!pattern) throw new Error('none');
  return {
    name: 'debian:13',
    system: 'Debian 13',
    vulnerabilities: ids.map((id) => ({ ...pattern, id })),
    gaps: [],
    ...given,
  };
}

describe('what an image was built on', () => {
  const withoutCommand = described.replace(/.*bash.*\n/, '');
  const labelled = `labels: { org.opencontainers.image.base.name: "debian:11" }\n${described}`;
  test.each([
    ['its own layers', inspected({ own: baseWith(1) }), 'user', 1, 'Base: debian:12@sha256:'],
    [
      'the Dockerfile',
      inspected({}, { from: dockerfile }),
      'dockerfile',
      1,
      'Base: debian:12, as the Dockerfile says; 1 layer (sure by the Dockerfile).',
    ],
    [
      'the history, as a guess',
      inspected(),
      undefined,
      1,
      'Base: not named; 1 layer (guessed by the history, --base IMAGE makes it sure).',
    ],
    [
      'a label, with a doubt',
      inspected({}, { text: labelled }),
      'label',
      1,
      'Base: debian:11, as a label says, which may be inherited; 1 layer (guessed',
    ],
    [
      'the Dockerfile before a label',
      inspected({}, { text: labelled, from: dockerfile }),
      'dockerfile',
      1,
      'Base: debian:12,',
    ],
    [
      'nothing',
      inspected({}, { text: withoutCommand }),
      undefined,
      undefined,
      'Base: not named; where it ends is not known, --base IMAGE tells it.',
    ],
    [
      'a Dockerfile from scratch',
      inspected({}, { text: 'steps: [{ by: "COPY a /a # buildkit" }]', from: 'FROM scratch\nCOPY a /a\n' }),
      undefined,
      0,
      'Base: not named; 0 layers (sure',
    ],
  ])('is told by %s', (_, image, namedBy, layers, sentence) => {
    expect(image.base).toMatchObject({ namedBy, layers });
    expect(baseSentence({ image })).toContain(sentence);
  });

  test('is no image whose layers are not the lowest', () => {
    const foreign = baseWith(1);
    const configuration = { ...foreign.configuration, diffIds: ['sha256:0', 'sha256:1'] };
    expect(() => inspected({ own: { ...foreign, configuration } })).toThrow(
      'shop/web:1 does not stand on debian:12: 0 of its 2 layers are there',
    );
    expect(() => inspected({ own: { ...foreign, configuration: { ...configuration, diffIds: [] } } })).toThrow();
  });
});

describe('remedies', () => {
  const waysOf = (image: InspectedImage) =>
    remediesOf(image.vulnerabilities ?? [], image).map(({ way, name, vulnerabilities }) => [
      way,
      name,
      vulnerabilities.length,
    ]);

  test.each([
    [
      'a base that is known',
      inspected({ own: baseWith(1) }),
      [
        ['base', 'openssl', 1],
        ['system', 'curl', 1],
        ['application', 'lodash', 1],
        ['nothing', 'zlib', 1],
        ['nothing', 'openssl', 1],
      ],
    ],
    [
      'no base',
      inspected({}, { text: described.replace(/.*bash.*\n/, '') }),
      [
        ['system', 'openssl', 1],
        ['system', 'curl', 1],
        ['application', 'lodash', 1],
        ['nothing', 'zlib', 1],
        ['nothing', 'openssl', 1],
      ],
    ],
    [
      'another base that still has one: what it does not have goes away, mended by a version or not',
      inspected({ own: baseWith(1), other: other(['CVE-2026-0001', 'CVE-2026-0003']) }),
      [
        ['base', 'zlib', 1],
        ['base', 'openssl', 1],
        ['system', 'openssl', 1],
        ['system', 'curl', 1],
        ['application', 'lodash', 1],
      ],
    ],
    [
      'another base of which nothing is known',
      inspected({
        own: baseWith(1),
        other: other([], { vulnerabilities: undefined, gaps: ['No advisories for it.'] }),
      }),
      [
        ['base', 'openssl', 1],
        ['system', 'curl', 1],
        ['application', 'lodash', 1],
        ['nothing', 'zlib', 1],
        ['nothing', 'openssl', 1],
      ],
    ],
  ])('with %s', (_, image, ways) => {
    expect(waysOf(image)).toEqual(ways);
  });

  test('what is built from one source counts once, and for the base where the base brings a part of it', () => {
    const image = inspected({ own: baseWith(1) });
    const [openssl, ...others] = image.analysis.packages;
    if (!openssl) throw new Error('none');
    const library = { ...openssl, name: 'libssl3', source: { name: 'openssl', version: '1.0' }, layer: 2 };
    const analysis = { ...image.analysis, packages: [library, openssl, ...others] };
    const [found] = image.vulnerabilities ?? [];
    if (!found) throw new Error('none');
    const twice = [{ ...found, package: library }, found];
    expect(remediesOf(twice, { ...image, analysis })).toMatchObject([
      { way: 'base', name: 'openssl', packages: ['libssl3', 'openssl'], layer: 0, vulnerabilities: [{}] },
    ]);
  });

  test('what only a scanner found is not said to go away', () => {
    const image = inspected({ own: baseWith(1), other: other([]) });
    const found = (image.vulnerabilities ?? []).map((each) => ({ ...each, sources: ['grype'] }));
    expect(remediesOf(found, image).some(({ way }) => way === 'base')).toBe(false);
  });
});

describe('another base', () => {
  test.each([
    [
      other(['CVE-2026-0001', 'CVE-2026-0009']),
      '2 of 5 go away with base debian:13 (Debian 13), 1 new: CVE-2026-0009.',
    ],
    [other([]), '3 of 5 go away with base debian:13 (Debian 13), none new.'],
    [
      other([], { vulnerabilities: undefined, gaps: ['no advisories for Debian 13'] }),
      'Base debian:13 (Debian 13) is not compared: no advisories for Debian 13',
    ],
  ])('is counted against the image (%#)', (base, sentence) => {
    const image = inspected({ own: baseWith(1), other: base });
    expect(changeSentence({ image })).toContain(sentence);
  });

  test('is not counted where the end of the own one is not known', () => {
    const image = inspected({ other: other([]) }, { text: described.replace(/.*bash.*\n/, '') });
    expect(changeSentence({ image })).toContain("is not compared: where the image's own base ends is not known");
  });
});

describe('the command that updates packages', () => {
  const system = (image: InspectedImage) =>
    remediesOf(image.vulnerabilities ?? [], image).filter(({ way }) => way === 'system');

  test.each([
    ['names them', described, 'apt-get update && apt-get install -y --only-upgrade curl'],
    ['is not known where there is no package manager', described.replace('apt-get, bytes', 'x, bytes'), undefined],
    [
      'leaves out names that are none',
      described.replaceAll('curl', '"curl; rm -rf /"').replace('install -y "curl; rm -rf /"', 'x'),
      undefined,
    ],
  ])('%s', (_, text, command) => {
    const image = inspected({}, { text });
    expect(updateCommand(system(image), image)).toBe(command);
  });

  test('updates everything where too many would have to be named', () => {
    const image = inspected();
    const [remedy] = system(image);
    if (!remedy) throw new Error('none');
    const packages = Array.from({ length: 31 }, (_, at) => `lib${at}`);
    expect(updateCommand([{ ...remedy, packages }], image)).toBe('apt-get update && apt-get upgrade -y');
  });
});

test('a remedy is of the lowest layer of what is built from one source, with what is worst of all of it', () => {
  const text = `
vulnerabilities:
  - { id: CVE-2026-0001, package: perl, severity: low }
  - { id: CVE-2026-0002, package: perl, severity: high }
steps:
  - by: RUN /bin/sh -c true # buildkit
    packages: [{ name: perl, version: "5.36" }]
  - by: RUN /bin/sh -c apt-get install -y perl # buildkit
    packages: [{ name: perl, version: "5.36" }]
`;
  const image = inspected({}, { text });
  const found = (image.vulnerabilities ?? []).map((each) => ({
    ...each,
    package: image.analysis.packages.at(-1) ?? each.package,
  }));
  expect(remediesOf(found, image)).toMatchObject([{ layer: 0, worst: 'high' }]);
});
