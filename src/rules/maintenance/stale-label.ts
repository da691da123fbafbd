import type { PeerId } from '../../core/finding.ts';
import { shippedStages } from '../../project/project.ts';
import { dockerfileRule } from '../../project/rule.ts';
import { baseImageOf, expandedValue, imageInstructions } from '../../project/stage-facts.ts';

const digestPeer: PeerId = 'tally:labels/no-stale-base-digest';
const revisionPeer: PeerId = 'tally:labels/no-buildx-git-overlap';

export const rule = dockerfileRule({
  severity: 'warning',
  summary: 'A label says of the build what the file cannot know',
  why: 'A commit, a date or a digest that is written into the file is that of an earlier build, and tools that trace an image by it are led astray.',
  remedy: 'Let the build set it: docker build --label, docker/metadata-action or an ARG that CI gives.',
  peers: [digestPeer, revisionPeer],
  check({ dockerfile, project }, { report }) {
    if (
      !/org\.opencontainers\.image\.(?:revision|created|base\.digest)|org\.label-schema\.(?:vcs-ref|build-date)/.test(
        dockerfile.text,
      )
    )
      return;
    for (const stage of shippedStages(project, dockerfile)) {
      const pinned = baseImageOf(stage).reference?.digest;
      for (const instruction of imageInstructions(stage)) {
        if (instruction.name !== 'LABEL') continue;
        for (const { key, value, range } of instruction.pairs) {
          if (value === undefined || value.value.includes('$')) continue;
          const fault = faultOf(key.value, expandedValue(dockerfile, instruction, value) ?? '', pinned);
          if (fault) report({ at: range, ...fault });
        }
      }
    }
  },
});

interface Fault {
  readonly message: string;
  readonly peers: readonly PeerId[];
}

/** What a label claims that no file can know; `pinned` is the digest of FROM. */
function faultOf(key: string, given: string, pinned: string | undefined): Fault | undefined {
  if (key === 'org.opencontainers.image.base.digest') {
    if (given === '' || given === pinned) return undefined;
    const message = pinned
      ? 'The label names another digest than FROM.'
      : 'The label names the digest of the base image, and FROM does not fix it.';
    return { message, peers: [digestPeer] };
  }
  if (/\.(?:revision|vcs-ref)$/.test(key) && /^[0-9a-f]{7,64}$/.test(given)) {
    const peers = key.endsWith('.image.revision') ? [revisionPeer] : [];
    return { message: `${key} is a commit that is written into the file.`, peers };
  }
  if (/\.(?:created|build-date)$/.test(key) && /^\d{4}-\d\d/.test(given))
    return { message: `${key} is a date that is written into the file.`, peers: [] };
  return undefined;
}
