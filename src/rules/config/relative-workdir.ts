import { findBuildCheckHits, peersOf, placeOf } from '../../dockerfile/reference/build-checks.ts';
import type { BuildCheckHit } from '../../dockerfile/reference/outcome.ts';
import { dockerfileRule } from '../../project/rule.ts';

const peers = [
  'buildkit:WorkdirRelativePath',
  'hadolint:DL3000',
  'trivy:DS009',
  'checkov:CKV_DOCKER_10',
  'kics:workdir-path-not-absolute',
] as const;

export const rule = dockerfileRule({
  severity: 'warning',
  summary: 'first WORKDIR of a stage with a relative path',
  why: 'It is taken from the directory that the base image ends in, which can change with every new version of that image.',
  remedy: 'Write the path from the root.',
  peers,
  check({ dockerfile }, { report }) {
    const unset = new Set(findBuildCheckHits(dockerfile, 'UndefinedVar').map(({ instruction }) => instruction));
    for (const hit of findBuildCheckHits(dockerfile, 'WorkdirRelativePath')) {
      if (isWindowsPath(hit) || (unset.has(hit.instruction) && beginsWithVariable(hit))) continue;
      report({
        ...placeOf(hit, dockerfile, hit.subject),
        message: `WORKDIR ${hit.subject} depends on the directory of the base image.`,
        peers: peersOf(hit, beginsWithVariable(hit) ? peers.slice(0, 1) : peers),
      });
    }
  },
});

/** A drive letter: absolute, in an image for Windows that names no platform. */
function isWindowsPath({ subject }: BuildCheckHit): boolean {
  return /^[A-Za-z]:/.test(subject);
}

/** The base image may set the variable, to an absolute path; config/undefined-variable says that it may not. */
function beginsWithVariable({ instruction }: BuildCheckHit): boolean {
  return instruction.name === 'WORKDIR' && /^["']?\$/.test(instruction.syntax.rest.text);
}
