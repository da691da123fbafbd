import type { YamlNode } from '../../kubernetes/yaml-node.ts';
import { at, scalarAt, type YamlScalar } from '../../kubernetes/yaml-node.ts';
import { workloadRule } from '../../project/rule.ts';
import { asks, manifestFix, removeIn } from '../../repairs/manifest-edits.ts';

/** Types for containers, as Pod Security `baseline` lists them. https://kubernetes.io/docs/concepts/security/pod-security-standards/#baseline */
const containerTypes: ReadonlySet<string> = new Set([
  '',
  'container_t',
  'container_init_t',
  'container_kvm_t',
  'container_engine_t',
]);

export const rule = workloadRule({
  severity: 'warning',
  summary: 'A container outside of the SELinux rules for containers',
  why: 'The type decides what of the node a process may touch: spc_t and its like may touch everything.',
  remedy: 'Leave seLinuxOptions out, or name only a level, or one of the types that are made for containers.',
  peers: ['trivy:KSV025'],
  check({ workload, project }, { report }) {
    const { securityContext, podSpec, object } = workload;
    const holders = [
      { holder: podSpec, context: securityContext, who: 'The pod' },
      ...workload.allContainers.map(({ node, security, name }) => ({
        holder: node,
        context: security.node,
        who: `Container ${name}`,
      })),
    ];
    for (const { holder, context, who } of holders) {
      const found = foreign(at(context, 'seLinuxOptions'));
      const [first, ...others] = found;
      if (!first) continue;
      const fix = manifestFix(
        'Run under the SELinux rules for containers',
        removeIn(project, object, holder, 'securityContext', 'seLinuxOptions'),
        [
          asks(
            'The program touches nothing of the node.',
            'Does the program work with the type container_t, which touches only its own files and volumes?',
          ),
        ],
      );
      report({
        at: first,
        also: others.map((each) => ({ ...each, note: 'this, too' })),
        message: `${who} asks for the SELinux ${inWords(found)}.`,
        ...(workload.kind === 'DaemonSet' ? { severity: 'note' } : fix && { fix }),
      });
    }
  },
});

function foreign(options: YamlNode | undefined): YamlScalar[] {
  const type = scalarAt(options, 'type');
  const others = ['user', 'role'].flatMap((key) => scalarAt(options, key) ?? []).filter(({ text }) => text !== '');
  return [...(type && !containerTypes.has(type.text) ? [type] : []), ...others];
}

function inWords(found: readonly YamlScalar[]): string {
  return found.map(({ text }) => text).join(', ');
}
