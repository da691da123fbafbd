/** The user «nobody», of the images that have no other. */
export const nobody = 65534;

/** Who the processes of a pod are. */
interface PodUser {
  readonly user: number;
  /** The number of the user, if not given. */
  readonly group?: number | 'of the image';
  /** Whether the files of its volumes are given to the group with the user's number. */
  readonly volumes?: boolean;
  /** Why this user: a comment. */
  readonly why?: string;
}

/** The lines of a pod's security context, as `restricted` of the Pod Security Standards wants it, at the indentation of the pod's fields. */
export function podSecurity({ user, group = user, volumes = false, why }: PodUser, indent: string): string {
  return [
    'securityContext:',
    '  runAsNonRoot: true',
    ...(why === undefined ? [] : [`  # ${why}`]),
    `  runAsUser: ${user}`,
    ...(group === 'of the image' ? [] : [`  runAsGroup: ${group}`]),
    // Not file by file at each start where the root of the volume is right already.
    ...(volumes ? [`  fsGroup: ${user}`, '  fsGroupChangePolicy: OnRootMismatch'] : []),
    '  seccompProfile:',
    '    type: RuntimeDefault',
  ]
    .map((line) => `${indent}${line}\n`)
    .join('');
}

/** The lines of a container's security context that go with it. */
export function containerSecurity(indent: string): string {
  return [
    'securityContext:',
    '  allowPrivilegeEscalation: false',
    '  readOnlyRootFilesystem: true',
    '  capabilities:',
    '    drop:',
    '      - ALL',
  ]
    .map((line) => `${indent}${line}\n`)
    .join('');
}
