import type { Fix } from '../../core/fix.ts';
import type { Dockerfile } from '../../dockerfile/dockerfile.ts';
import { replace } from '../../dockerfile/edit.ts';
import { findBuildCheckHits, peersOf, placeOf } from '../../dockerfile/reference/build-checks.ts';
import type { BuildCheckHit } from '../../dockerfile/reference/outcome.ts';
import { absolutePath } from '../../project/copied-files.ts';
import { dockerfileRule } from '../../project/rule.ts';
import { workingDirectory } from '../../project/stage-facts.ts';

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
      const fix = fromRoot(dockerfile, hit);
      report({
        ...placeOf(hit, dockerfile, hit.subject),
        message: `WORKDIR ${hit.subject === '' ? hit.instruction.syntax.rest.text.trim() : hit.subject} depends on the directory of the base image.`,
        peers: peersOf(hit, beginsWithVariable(hit) ? peers.slice(0, 1) : peers),
        ...(fix && { fix }),
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

/** Behind the directory that the base image is known to end in, else behind the root, which is a question. */
function fromRoot(dockerfile: Dockerfile, { instruction }: BuildCheckHit): Fix | undefined {
  const stage = dockerfile.stages.find(({ instructions }) => instructions.includes(instruction));
  if (instruction.name !== 'WORKDIR' || stage === undefined) return undefined;
  const { range, raw, value } = instruction.value;
  if (raw !== undefined || !/^[\w.][\w./-]*$/.test(value) || dockerfile.text.slice(range.start, range.end) !== value)
    return undefined;
  const directory = workingDirectory(dockerfile, stage, instruction).path;
  const path = absolutePath(directory ?? '/', value);
  if (path === undefined || (directory === undefined && path === '/')) return undefined;
  return {
    title: `Write ${path}`,
    changes: { edits: [replace(dockerfile, range, path)] },
    assumptions: [
      directory === undefined
        ? {
            statement: 'The base image ends in /.',
            state: 'unknown',
            question: `Does the base image end in /, so that ${path} is the directory of today? Its WORKDIR says.`,
          }
        : { statement: `The base image ends in ${directory}.`, state: 'holds' },
    ],
  };
}
