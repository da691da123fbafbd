import type { Assumption, Fix } from '../../core/fix.ts';
import type { Dockerfile } from '../../dockerfile/dockerfile.ts';
import { findBuildCheckHits, peersOf, placeOf } from '../../dockerfile/reference/build-checks.ts';
import type { BuildCheckHit } from '../../dockerfile/reference/outcome.ts';
import { firstArtifact } from '../../project/first-artifact.ts';
import type { Project } from '../../project/project.ts';
import { dockerfileRule } from '../../project/rule.ts';

const peers = [
  'buildkit:MaintainerDeprecated',
  'hadolint:DL4000',
  'trivy:DS022',
  'checkov:CKV_DOCKER_6',
  'kics:maintainer-instruction-being-used',
] as const;

export const rule = dockerfileRule({
  severity: 'note',
  summary: 'MAINTAINER instead of a label',
  why: 'MAINTAINER is deprecated: what reads images looks for the author in a label.',
  remedy: 'Use LABEL org.opencontainers.image.authors.',
  peers,
  check({ dockerfile, project }, { report }) {
    for (const hit of findBuildCheckHits(dockerfile, 'MaintainerDeprecated')) {
      const fix = labelInstead(hit, dockerfile, project);
      report({
        ...placeOf(hit, dockerfile),
        message: 'MAINTAINER is deprecated.',
        peers: peersOf(hit, peers),
        ...(fix && { fix }),
      });
    }
  },
});

function labelInstead({ instruction }: BuildCheckHit, dockerfile: Dockerfile, project: Project): Fix | undefined {
  const { path } = dockerfile;
  const escapeCharacter = dockerfile.syntax.escape;
  const { syntax, flags } = instruction;
  const name = syntax.rest.text;
  const isOneLine = syntax.startLine === syntax.endLine;
  if (instruction.name !== 'MAINTAINER' || name === '' || !isOneLine || flags.length > 0) return undefined;
  if (namesAuthors(dockerfile)) return undefined;
  const unquoted = /^"[^"]*"$|^'[^']*'$/.test(name) ? name.slice(1, -1) : name;
  const escaped = unquoted.replace(/["$\\`]/g, (character) =>
    character === '"' || character === '$' || character === escapeCharacter ? escapeCharacter + character : character,
  );
  const label = instruction.keyword.value === 'maintainer' ? 'label' : 'LABEL';
  const replacement = `${label} org.opencontainers.image.authors="${escaped}"`;
  return {
    title: 'Name the author in a label',
    changes: { edits: [{ path, range: instruction.range, replacement }] },
    assumptions: [
      { statement: 'Builds and containers are the same with a label in place of the Author field.', state: 'holds' },
      authorField(project),
    ],
  };
}

/** A label that is there already would get another value. */
function namesAuthors(dockerfile: Dockerfile): boolean {
  return dockerfile
    .instructionsNamed('LABEL')
    .some(({ instruction }) => instruction.pairs.some(({ key }) => key.value === 'org.opencontainers.image.authors'));
}

/** `docker inspect --format '{{.Author}}'` and the like in a file of the project. */
const readsAuthor = firstArtifact(
  (text) => text.includes('.Author') && /\{\{-?\s*(?:json\s+)?\.Author\b|\.Author\s*\}\}/.test(text),
);

function authorField(project: Project): Assumption {
  const statement = 'No file of the project reads the Author field of an image.';
  const reading = readsAuthor(project);
  if (reading === undefined) return { statement, state: 'holds' };
  return { statement, state: 'unknown', question: `Does what ${reading.path} does with .Author concern this image?` };
}
