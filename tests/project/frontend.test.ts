import { describe, expect, it } from 'vitest';
import { decodeArtifact } from '../../src/core/artifact.ts';
import { type FrontendFeature, parseFrontendVersion } from '../../src/dockerfile/frontend-version.ts';
import { parseDockerfile } from '../../src/dockerfile/parse-dockerfile.ts';
import { frontendKnows, mayUse } from '../../src/project/frontend.ts';
import { loadProject } from '../../src/project/load-project.ts';

const cases: readonly {
  readonly name: string;
  readonly head?: string;
  readonly body?: string;
  readonly declared?: string;
  readonly feature: FrontendFeature;
  readonly state: 'holds' | 'fails' | 'unknown';
}[] = [
  { name: 'nothing tells', feature: 'COPY --chmod', state: 'unknown' },
  { name: 'every front end has it', feature: 'COPY --chown', state: 'holds' },
  { name: 'the newest of version 1', head: '# syntax=docker/dockerfile:1', feature: 'ADD --unpack', state: 'holds' },
  { name: 'an old version', head: '# syntax=docker/dockerfile:1.4', feature: 'ADD --checksum', state: 'fails' },
  { name: 'a patch release', head: '# syntax=docker/dockerfile:1.6.0', feature: 'ADD --checksum', state: 'holds' },
  {
    name: 'a mirror',
    head: '# syntax=mirror.corp:5000/docker/dockerfile:1.3',
    feature: 'here-document',
    state: 'fails',
  },
  { name: 'the labs channel', head: '# syntax=docker/dockerfile:1.7-labs', feature: 'COPY --parents', state: 'holds' },
  { name: 'the stable channel', head: '# syntax=docker/dockerfile:1.7', feature: 'COPY --parents', state: 'fails' },
  { name: 'experimental', head: '# syntax=docker/dockerfile:1.0-experimental', feature: 'RUN --mount', state: 'holds' },
  { name: 'another front end', head: '# syntax=r2d4/mocker', feature: 'RUN --mount', state: 'unknown' },
  {
    name: 'a digest alone',
    head: `# syntax=docker/dockerfile@sha256:${'a'.repeat(64)}`,
    feature: 'RUN --mount',
    state: 'unknown',
  },
  {
    name: 'what stands in the file',
    body: 'RUN --mount=type=cache,target=/c true',
    feature: 'COPY --chmod',
    state: 'holds',
  },
  {
    name: 'what stands in the file is older',
    body: 'COPY --chmod=755 a /a',
    feature: 'here-document',
    state: 'unknown',
  },
  { name: 'a here-document in the file', body: 'RUN <<EOF\ntrue\nEOF', feature: 'COPY --link', state: 'holds' },
  { name: 'declared', declared: '1.4', feature: 'COPY --chmod', state: 'holds' },
  { name: 'declared, too old', declared: '1.4', feature: 'ADD --checksum', state: 'fails' },
  { name: 'declared, ten is more than two', declared: '1.10', feature: 'ADD --checksum', state: 'holds' },
  {
    name: "the file's line wins",
    head: '# syntax=docker/dockerfile:1.2',
    declared: '1.10',
    feature: 'ADD --checksum',
    state: 'fails',
  },
];

describe('what a fix may write', () => {
  it.each(cases)('$name: $feature $state', async ({ head, body, declared, feature, state }) => {
    const text = `${head ? `${head}\n` : ''}FROM a\n${body ? `${body}\n` : ''}`;
    const bytes = Buffer.from(text);
    const frontend = declared === undefined ? undefined : parseFrontendVersion(declared);
    const project = await loadProject({ kind: 'bytes', name: 'Dockerfile', bytes }, { frontend });
    const dockerfile = parseDockerfile(decodeArtifact('Dockerfile', bytes));
    expect(mayUse(project, dockerfile, feature)).toBe(state);
    expect(frontendKnows(project, dockerfile, feature).question !== undefined).toBe(state === 'unknown');
  });
});
