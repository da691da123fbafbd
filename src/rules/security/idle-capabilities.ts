import type { Container } from '../../kubernetes/workload.ts';
import type { YamlScalar } from '../../kubernetes/yaml-node.ts';
import { workloadRule } from '../../project/rule.ts';
import { holds, manifestFix, removeItemsIn } from '../../repairs/manifest-edits.ts';

/** Of those that engines give by default, the ones that change what a process may do. */
const ordinary = new Set([
  'AUDIT_WRITE',
  'CHOWN',
  'DAC_OVERRIDE',
  'FOWNER',
  'FSETID',
  'KILL',
  'MKNOD',
  'SETFCAP',
  'SETGID',
  'SETPCAP',
  'SETUID',
  'SYS_CHROOT',
]);

export const rule = workloadRule({
  severity: 'note',
  summary: 'Capabilities that the program never gets',
  why: 'The manifest says that the program needs rights of root, which who reviews it has to weigh, and it has none of them.',
  remedy: 'Take them out of capabilities.add.',
  peers: [],
  check({ workload, project }, { report }) {
    if (workload.windows) return;
    for (const container of workload.allContainers) {
      if (!isWithoutRights(container)) continue;
      const { name, node, security } = container;
      const isIdle = (added: YamlScalar) => ordinary.has(nameOf(added));
      if (!security.addedCapabilities.some(isIdle)) continue;
      // Alone it is a habit that policies know, and behind a port below 1024 it says what was meant.
      const bindsLow =
        container.ports.length === 0 || container.ports.some(({ containerPort = 0 }) => containerPort < 1024);
      const isNeedless = (added: YamlScalar) => !bindsLow && nameOf(added) === 'NET_BIND_SERVICE';
      const idle = security.addedCapabilities.filter((added) => isIdle(added) || isNeedless(added));
      const [first, ...others] = idle;
      if (first === undefined) continue;
      const path = ['securityContext', 'capabilities', 'add'];
      const fix = manifestFix(
        'Take out the capabilities that have no effect',
        removeItemsIn(project, workload.object, node, path, idle),
        [
          holds(`Container ${name} starts as another user than root, which Kubernetes checks.`),
          holds(`No program in ${name} gets more rights than its parent has, whatever its file says.`),
        ],
      );
      report({
        at: first,
        also: others,
        message: `Container ${name} is never root, and ${idle.map(nameOf).join(', ')} ${idle.length === 1 ? 'has' : 'have'} no effect.`,
        ...(fix && { fix }),
      });
    }
  },
});

/**
 * A user above zero starts with no capability in effect, because Kubernetes sets no ambient ones, and with no_new_privs execve gives none
 * for the file's: https://man7.org/linux/man-pages/man7/capabilities.7.html
 */
function isWithoutRights({ security }: Container): boolean {
  return (
    security.runAsNonRoot.value === true &&
    security.runAsUser.value !== 0 &&
    security.allowPrivilegeEscalation.value === false &&
    security.privileged.value !== true
  );
}

/** Kubernetes takes names without CAP_, most runtimes both. */
function nameOf({ text }: YamlScalar): string {
  return text.toUpperCase().replace(/^CAP_/, '');
}
