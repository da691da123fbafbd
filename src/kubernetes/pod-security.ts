import type { ReportedPlace } from '../core/rule.ts';
import { appArmorAnnotation, type Control, type Violation, violation } from './internal/pod-security-control.ts';
import { isSafeSysctl } from './safe-sysctls.ts';
import type { Container, Workload } from './workload.ts';
import { at, entryOf, itemsAt, scalarAt, textAt, type YamlNode } from './yaml-node.ts';

export type { PodSecurityControl, Violation } from './internal/pod-security-control.ts';

export type PodSecurityLevel = 'baseline' | 'restricted';

/**
 * What a Pod Security Standard forbids of the pods of a workload, in the order of the standard; the newest version of it.
 * https://kubernetes.io/docs/concepts/security/pod-security-standards/
 */
export function podSecurityViolations(workload: Workload, level: PodSecurityLevel): readonly Violation[] {
  const controls = level === 'restricted' ? [...baseline, ...restricted] : baseline;
  return controls.flatMap((control) => control(workload));
}

const baseline: readonly Control[] = [
  (workload) =>
    contextsOf(workload).flatMap((context) => {
      const hostProcess = scalarAt(context, 'windowsOptions', 'hostProcess');
      return hostProcess?.value === true ? violation('hostProcess', hostProcess, 'hostProcess: true') : [];
    }),
  ({ hostNetwork, hostPID, hostIPC }) =>
    Object.entries({ hostNetwork, hostPID, hostIPC }).flatMap(([name, { value, node }]) =>
      value === true && node ? violation('hostNamespaces', node, `${name}: true`) : [],
    ),
  ofContainers(({ security: { privileged } }) =>
    privileged.value === true && privileged.node ? violation('privileged', privileged.node, 'privileged: true') : [],
  ),
  ofContainers(({ security: { addedCapabilities } }) =>
    addedCapabilities.flatMap((added) =>
      baselineCapabilities.has(added.text) ? [] : violation('capabilities', added, `capability ${added.text}`),
    ),
  ),
  ({ volumes }) =>
    volumes.flatMap((volume) =>
      volume.kind === 'hostPath' ? violation('hostPathVolumes', volume.node, `a hostPath volume`) : [],
    ),
  ofContainers(({ ports }) =>
    ports.flatMap(({ hostPort }) =>
      hostPort && hostPort.value !== 0 ? violation('hostPorts', hostPort, `hostPort ${hostPort.text}`) : [],
    ),
  ),
  ofContainers((container) =>
    hookHosts(container).map((host) => violation('hostProbesAndHooks', host, `host ${host.text} in a probe or hook`)),
  ),
  (workload) => appArmorOf(workload),
  (workload) =>
    contextsOf(workload).flatMap((context) => {
      const options = at(context, 'seLinuxOptions');
      const type = scalarAt(options, 'type');
      const others = ['user', 'role'].flatMap((key) => scalarAt(options, key) ?? []).filter(({ text }) => text !== '');
      return [
        ...(type && !seLinuxTypes.has(type.text) ? [violation('seLinux', type, `SELinux type ${type.text}`)] : []),
        ...others.map((each) => violation('seLinux', each, `an SELinux user or role`)),
      ];
    }),
  // Without a user namespace the API server refuses it altogether.
  ofContainers(({ security: { procMount }, workload }) =>
    procMount.node && procMount.value !== 'Default' && workload.hostUsers.value !== false
      ? violation('procMount', procMount.node, `procMount ${procMount.value}`)
      : [],
  ),
  (workload) =>
    contextsOf(workload).flatMap((context) => {
      const type = scalarAt(context, 'seccompProfile', 'type');
      return type?.text === 'Unconfined' ? violation('seccomp', type, 'seccomp Unconfined') : [];
    }),
  ({ securityContext }) =>
    itemsAt(securityContext, 'sysctls').flatMap((item) => {
      const name = scalarAt(item, 'name');
      return name && (!isSafeSysctl(name.text) || name.text.includes('/'))
        ? violation('sysctls', name, `sysctl ${name.text}`)
        : [];
    }),
];

const restricted: readonly Control[] = [
  ofContainers(({ security: { procMount }, workload }) =>
    procMount.node && procMount.value !== 'Default' && workload.hostUsers.value === false
      ? violation('procMount', procMount.node, `procMount ${procMount.value}`)
      : [],
  ),
  ({ volumes }) =>
    volumes.flatMap(({ kind, node }) =>
      kind === undefined || kind === 'hostPath' || restrictedVolumes.has(kind)
        ? []
        : violation('volumeTypes', node, `a volume of type ${kind}`),
    ),
  ofLinuxContainers(({ security: { allowPrivilegeEscalation: allow }, place }) =>
    allow.value === false
      ? []
      : violation('privilegeEscalation', allow.node ?? place, 'no allowPrivilegeEscalation: false'),
  ),
  (workload) => {
    if (workload.hostUsers.value === false) return [];
    // What the pod says is looked at by itself, even where every container says something else.
    const ofPod = scalarAt(workload.securityContext, 'runAsNonRoot');
    if (ofPod?.value === false) return [violation('runAsNonRoot', ofPod, 'runAsNonRoot: false')];
    return workload.allContainers.flatMap(({ security: { runAsNonRoot }, place }) =>
      runAsNonRoot.value === true ? [] : violation('runAsNonRoot', runAsNonRoot.node ?? place, 'no runAsNonRoot: true'),
    );
  },
  (workload) =>
    workload.hostUsers.value === false
      ? []
      : contextsOf(workload).flatMap((context) => {
          const user = scalarAt(context, 'runAsUser');
          return user?.value === 0 ? violation('runAsUser', user, 'runAsUser: 0') : [];
        }),
  ofLinuxContainers(({ security: { seccompProfile }, place }) =>
    seccompProfile.value === undefined
      ? violation('seccompRestricted', seccompProfile.node ?? place, 'no seccompProfile')
      : [],
  ),
  ofLinuxContainers(({ security: { addedCapabilities, droppedCapabilities }, node, place }) => [
    ...(droppedCapabilities.some(({ text }) => text === 'ALL')
      ? []
      : [
          violation(
            'capabilitiesRestricted',
            at(node, 'securityContext', 'capabilities') ?? place,
            'no capabilities.drop: [ALL]',
          ),
        ]),
    ...addedCapabilities
      .filter(({ text }) => text !== 'NET_BIND_SERVICE' && baselineCapabilities.has(text))
      .map((added) => violation('capabilitiesRestricted', added, `capability ${added.text}`)),
  ]),
];

const baselineCapabilities: ReadonlySet<string> = new Set([
  'AUDIT_WRITE',
  'CHOWN',
  'DAC_OVERRIDE',
  'FOWNER',
  'FSETID',
  'KILL',
  'MKNOD',
  'NET_BIND_SERVICE',
  'SETFCAP',
  'SETGID',
  'SETPCAP',
  'SETUID',
  'SYS_CHROOT',
]);

const seLinuxTypes: ReadonlySet<string> = new Set([
  '',
  'container_t',
  'container_init_t',
  'container_kvm_t',
  'container_engine_t',
]);

const restrictedVolumes: ReadonlySet<string> = new Set([
  'configMap',
  'csi',
  'downwardAPI',
  'emptyDir',
  'ephemeral',
  'image',
  'persistentVolumeClaim',
  'projected',
  'secret',
]);

function ofContainers(control: (container: Container) => Violation | readonly Violation[]): Control {
  return ({ allContainers }) => allContainers.flatMap(control);
}

/** Settings that Windows does not have. */
function ofLinuxContainers(control: (container: Container) => Violation | readonly Violation[]): Control {
  return ({ allContainers, podSpec }) =>
    textAt(podSpec, 'os', 'name') === 'windows' ? [] : allContainers.flatMap(control);
}

function contextsOf({ securityContext, allContainers }: Workload): readonly YamlNode[] {
  return [securityContext, ...allContainers.map(({ security }) => security.node)].flatMap((node) => node ?? []);
}

/** Addresses that the kubelet would be made to call: since 1.34 no probe or hook of a pod may name one. */
function hookHosts({ node }: Container) {
  const probes = ['livenessProbe', 'readinessProbe', 'startupProbe'].map((key) => at(node, key));
  const hooks = ['postStart', 'preStop'].map((key) => at(node, 'lifecycle', key));
  return [...probes, ...hooks].flatMap((handler) =>
    ['httpGet', 'tcpSocket'].flatMap((kind) => {
      const host = scalarAt(handler, kind, 'host');
      return host && host.text !== '' ? [host] : [];
    }),
  );
}

function appArmorOf(workload: Workload): readonly Violation[] {
  const fields = contextsOf(workload).flatMap((context) => {
    const type = scalarAt(context, 'appArmorProfile', 'type');
    return type?.text === 'Unconfined' ? violation('appArmor', type, 'AppArmor Unconfined') : [];
  });
  const annotations = at(workload.template, 'metadata', 'annotations');
  const old = [...workload.podAnnotations].flatMap(([name, value]) => {
    if (!name.startsWith(appArmorAnnotation) || /^(?:runtime\/default$|localhost\/|$)/.test(value)) return [];
    const place: ReportedPlace = entryOf(annotations, name)?.key ?? workload.place;
    return violation('appArmor', place, `AppArmor ${value}`);
  });
  return [...fields, ...old];
}
