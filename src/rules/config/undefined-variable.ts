import type { Dockerfile } from '../../dockerfile/dockerfile.ts';
import type { Instruction } from '../../dockerfile/instruction.ts';
import { findBuildCheckHits, peersOf, placeOf, variableForms } from '../../dockerfile/reference/build-checks.ts';
import type { Stage } from '../../dockerfile/stage.ts';
import { ownDockerfileOf } from '../../project/own-base.ts';
import { dockerfileRule } from '../../project/rule.ts';
import { declareArgument } from '../../repairs/declare-argument.ts';
import { dropUnset } from '../../repairs/drop-unset.ts';

const peers = ['buildkit:UndefinedVar'] as const;

/** Images that set no variable but PATH. */
const bareImages: ReadonlySet<string> = new Set(
  'almalinux alpine amazonlinux archlinux busybox centos debian fedora oraclelinux rockylinux ubuntu'.split(' '),
);

/** What official images for a language set, from their Dockerfiles. */
const setByImage: Readonly<Record<string, readonly string[]>> = {
  golang: ['GOPATH', 'GOLANG_VERSION', 'GOTOOLCHAIN'],
  node: ['NODE_VERSION', 'YARN_VERSION'],
  openjdk: ['JAVA_HOME', 'JAVA_VERSION', 'LANG'],
  'eclipse-temurin': ['JAVA_HOME', 'JAVA_VERSION', 'LANG', 'LANGUAGE', 'LC_ALL'],
  php: [
    'PHP_VERSION',
    'PHP_INI_DIR',
    'PHPIZE_DEPS',
    'PHP_CFLAGS',
    'PHP_CPPFLAGS',
    'PHP_LDFLAGS',
    'GPG_KEYS',
    'PHP_URL',
  ],
  python: ['PYTHON_VERSION', 'PYTHON_SHA256', 'GPG_KEY', 'LANG'],
  ruby: ['RUBY_VERSION', 'GEM_HOME', 'BUNDLE_APP_CONFIG', 'BUNDLE_SILENCE_ROOT_WARNING', 'LANG'],
  rust: ['RUSTUP_HOME', 'CARGO_HOME', 'RUST_VERSION'],
};

export const rule = dockerfileRule({
  severity: 'warning',
  summary: 'variable that nothing sets',
  why: 'It becomes empty without a word, and paths and versions that are built of it are wrong.',
  remedy: 'Set it with ENV or ARG before this line, in the same stage.',
  peers,
  check({ dockerfile, project }, { report }) {
    const hits = findBuildCheckHits(dockerfile, 'UndefinedVar');
    if (hits.length === 0) return;
    const stages = stagesByInstruction(dockerfile);
    const images = new Map<Stage, string | undefined>();
    for (const hit of hits) {
      const image = baseImageOf(stages.get(hit.instruction), images);
      const name = image === undefined ? undefined : imageName(image);
      if (name !== undefined && setByImage[name]?.includes(hit.subject)) continue;
      // Its variables are those of the other file, and of what that one is built on.
      if (image !== undefined && ownDockerfileOf(project, dockerfile, image) !== undefined) continue;
      const isSure = image === undefined || image === 'scratch' || bareImages.has(name ?? '');
      const hint = hit.meant === undefined ? '' : ` Perhaps $${hit.meant} is meant.`;
      const fix =
        declareArgument(dockerfile, stages.get(hit.instruction), hit.instruction, hit.subject) ??
        (isSure ? dropUnset(dockerfile, hit.instruction, hit.subject) : undefined);
      report({
        ...placeOf(hit, dockerfile, ...variableForms(hit.subject)),
        message: isSure
          ? `Nothing sets $${hit.subject}.${hint}`
          : `Nothing here sets $${hit.subject}: it is empty unless ${image} sets it.${hint}`,
        ...(isSure ? {} : { severity: 'note' as const }),
        peers: peersOf(hit, peers),
        cause: `undefined-variable:${hit.line}:${hit.subject}`,
        ...(fix && { fix }),
      });
    }
  },
});

/** The stage of every instruction, that of each FROM too. */
function stagesByInstruction({ stages }: Dockerfile): ReadonlyMap<Instruction, Stage> {
  const map = new Map<Instruction, Stage>();
  for (const stage of stages) {
    if (stage.from) map.set(stage.from, stage);
    for (const instruction of stage.instructions) map.set(instruction, stage);
  }
  return map;
}

/** The image that a stage begins with, stages before it followed; undefined when it is not known. */
function baseImageOf(stage: Stage | undefined, images: Map<Stage, string | undefined>): string | undefined {
  let first = stage;
  const passed: Stage[] = [];
  while (first?.base.kind === 'stage' && !images.has(first)) {
    passed.push(first);
    first = first.base.stage;
  }
  const image = first === undefined ? undefined : (images.get(first) ?? imageOf(first));
  for (const each of passed) images.set(each, image);
  return image;
}

function imageOf({ base }: Stage): string | undefined {
  if (base.kind === 'scratch') return 'scratch';
  return base.kind === 'image' ? base.reference : undefined;
}

/** `golang` of `docker.io/library/golang:1.25`; undefined for an image that is not one of Docker's own. */
function imageName(reference: string): string | undefined {
  const name = /^(?:docker\.io\/)?(?:library\/)?([a-z0-9._-]+)(?:[:@].*)?$/.exec(reference)?.[1];
  return name === undefined || name.includes('/') ? undefined : name;
}
