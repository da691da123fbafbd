import { booleanAt, scalarAt } from '../../kubernetes/yaml-node.ts';
import { objectRule } from '../../project/rule.ts';
import { asks, manifestFix, setIn } from '../../repairs/manifest-edits.ts';

export const rule = objectRule({
  severity: 'note',
  summary: 'The default account hands its token to every pod',
  why: 'Every pod that names no account finds a key to the API server, good for all that is ever granted to the default account.',
  remedy:
    'Set automountServiceAccountToken: false at the default account; a program that calls the API gets an account of its own.',
  peers: ['checkov:CKV_K8S_41'],
  check({ object, project }, { report }) {
    if (object.kind !== 'ServiceAccount' || object.group !== '' || object.name !== 'default') return;
    if (booleanAt(object.node, 'automountServiceAccountToken') === false) return;
    const fix = manifestFix(
      'Hand out no token',
      setIn(project, object, object.node, { automountServiceAccountToken: false }),
      [
        asks(
          'No program without an account of its own calls the Kubernetes API.',
          `Which pods of ${object.namespace ?? 'the namespace'} name no serviceAccountName, and does one of them use a Kubernetes client? Then it needs a ServiceAccount first.`,
        ),
      ],
    );
    report({
      at: scalarAt(object.node, 'automountServiceAccountToken') ?? object.place,
      message: `The default account${object.namespace === undefined ? '' : ` of ${object.namespace}`} mounts its token into every pod that names no other.`,
      ...(fix && { fix }),
    });
  },
});
