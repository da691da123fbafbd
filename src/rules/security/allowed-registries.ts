import { isAllowedImage, patternFault } from '../../core/allowed-image.ts';
import { parseImageReference } from '../../core/image-reference.ts';
import type { SourceRange } from '../../core/text.ts';
import type { Dockerfile } from '../../dockerfile/dockerfile.ts';
import type { StageReference } from '../../dockerfile/stage.ts';
import { resolveCopyFrom, resolveMountFrom } from '../../dockerfile/stage-graph.ts';
import { dockerfileRule } from '../../project/rule.ts';

export const rule = dockerfileRule({
  severity: 'error',
  summary: 'An image from a registry that is not allowed',
  why: 'The organisation has said which registries it trusts; images from elsewhere are not scanned, mirrored or approved.',
  remedy: 'Take the image from an allowed registry, or add its registry to the option allowed.',
  peers: ['hadolint:DL3026'],
  options: {
    allowed: {
      description:
        'What images may be taken: registries (`registry.example.com`, `*.example.com`, `docker.io`), paths in them (`registry.example.com/base`) and names (`docker.io/library/debian`). Empty: the rule is off.',
      default: [],
      faultOf: patternFault,
    },
  },
  check({ dockerfile }, { report, option }) {
    const allowed = option.list('allowed');
    if (allowed.length === 0) return;
    for (const { base, range } of usesOf(dockerfile)) {
      if (base.kind !== 'image') continue;
      const reference = parseImageReference(base.reference);
      if (reference === undefined || isAllowedImage(reference, allowed)) continue;
      report({ at: range, message: `${base.reference} is not among the images that are allowed.` });
    }
  },
});

interface Use {
  readonly base: StageReference;
  readonly range: SourceRange;
}

function usesOf(dockerfile: Dockerfile): readonly Use[] {
  const uses: Use[] = [];
  for (const { from, base } of dockerfile.stages) if (from?.image) uses.push({ base, range: from.image.range });
  for (const { instruction } of dockerfile.instructionsNamed('COPY'))
    if (instruction.from)
      uses.push({ base: resolveCopyFrom(dockerfile, instruction.from), range: instruction.from.range });
  for (const { instruction } of dockerfile.instructionsNamed('RUN'))
    for (const mount of instruction.mounts)
      uses.push({ base: resolveMountFrom(dockerfile, mount.options.get('from')), range: mount.range });
  return uses;
}
