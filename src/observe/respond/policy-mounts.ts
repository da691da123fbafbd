import { posix } from 'node:path';
import { UserError } from '../../core/errors.ts';
import type { ResponsePolicy } from '../../kubernetes/response/response-policy.ts';
import { yamlScalar } from '../../kubernetes/yaml-text.ts';
import { responderName as name } from './names.ts';

/** What a policy needs in the responder's pod beside itself and the secrets, as text of the manifest. */
export interface PolicyMounts {
  readonly mounts: string;
  readonly volumes: string;
  /** Further keys of the Secret: `--from-file=webhook-url`. */
  readonly secretKeys: readonly string[];
}

const secrets = '/secrets';
const taken = ['/', '/policy', secrets];

/**
 * The directory of records in files and the file with a webhook's address.
 * @throws UserError where such a path cannot be mounted
 */
export function policyMounts({ record, notify }: ResponsePolicy): PolicyMounts {
  const secretKeys: string[] = [];
  let mounts = '';
  let volumes = '';
  if (notify.webhookUrlFile !== undefined) {
    const file = absolute('notify.webhookUrlFile', notify.webhookUrlFile);
    const key = posix.basename(file);
    if (!/^[-._a-zA-Z0-9]{1,253}$/.test(key)) throw cannot('notify.webhookUrlFile', 'its name is no key of a Secret');
    secretKeys.push(key);
    const directory = posix.dirname(file);
    if (directory !== secrets) {
      free('notify.webhookUrlFile', directory);
      mounts += mount('webhook-url', directory, true);
      volumes += `        - name: webhook-url
          secret:
            secretName: ${name}
            defaultMode: 0440
            items:
              - key: ${yamlScalar(key)}
                path: ${yamlScalar(key)}
`;
    }
  }
  if (record.kind === 'file' && record.directory !== undefined) {
    const directory = absolute('record.directory', record.directory);
    free('record.directory', directory);
    if (notify.webhookUrlFile !== undefined && directory === posix.dirname(notify.webhookUrlFile))
      throw cannot('record.directory', 'the address of the webhook lies there');
    mounts += mount('records', directory, false);
    volumes += `        - name: records
          # Records are gone with the pod, and each pod has its own: a PersistentVolumeClaim that both can write to keeps them. «record:
          # {kind: configmap}» keeps them in the cluster.
          emptyDir:
            sizeLimit: 48Mi
`;
  }
  return { mounts, volumes, secretKeys };
}

function mount(volume: string, directory: string, readOnly: boolean): string {
  return `            - name: ${volume}
              mountPath: ${yamlScalar(directory)}
${readOnly ? '              readOnly: true\n' : ''}`;
}

function absolute(field: string, written: string): string {
  const path = posix.normalize(written).replace(/(?<=.)\/$/, '');
  if (!posix.isAbsolute(path) || path.includes(':'))
    throw cannot(field, 'a pod needs a path that begins with a slash, without a colon');
  return path;
}

function free(field: string, directory: string): void {
  if (taken.includes(directory)) throw cannot(field, `${directory} is taken`);
}

function cannot(field: string, reason: string): UserError {
  return new UserError(`${field} cannot be mounted into the responder's pod: ${reason}`, {
    remedy: 'Name another path in the policy, such as /records or /secrets/webhook-url.',
  });
}
