import { isAllowedImage, patternFault } from '../../core/allowed-image.ts';
import type { PeerId } from '../../core/finding.ts';
import { workloadRule } from '../../project/rule.ts';

export const rule = workloadRule({
  severity: 'error',
  summary: 'A workload runs an image from a registry that is not allowed',
  why: 'The organisation has said which registries it trusts; images from elsewhere are not scanned, mirrored or approved.',
  remedy: 'Copy the image into an allowed registry and run it from there, or add its registry to the option allowed.',
  peers: ['trivy:KSV034', 'trivy:KSV0125'],
  options: {
    allowed: {
      description:
        'Registries that images may come from: `registry.example.com`, `registry.example.com/shop`, `docker.io`. Empty: the rule is off.',
      default: [],
      faultOf: patternFault,
    },
  },
  check({ workload }, { report, option }) {
    const allowed = option.list('allowed');
    if (allowed.length === 0) return;
    for (const { name, image, imageReference } of workload.allContainers) {
      if (!image || !imageReference) continue;
      if (isAllowedImage(imageReference, allowed)) continue;
      const { registry } = imageReference;
      const peers: readonly PeerId[] =
        registry === 'docker.io' || registry === 'ghcr.io' ? rule.peers : ['trivy:KSV0125'];
      report({
        at: image,
        message: `Container ${name} runs ${image.text} from ${registry}, which is not allowed.`,
        peers,
      });
    }
  },
});
