import { objectsOfKind } from '../../kubernetes/relations.ts';
import { sameNamespace } from '../../kubernetes/selector.ts';
import { titleOf } from '../../kubernetes/whole-workload.ts';
import { directoryOf } from '../../project/link-builds.ts';
import { workloadRule } from '../../project/rule.ts';

export const rule = workloadRule({
  severity: 'note',
  summary: 'A workload with a service account that is not declared',
  why: 'Its pods are refused until somebody makes the account, and the workload waits without a word in its own status.',
  remedy: 'Declare the ServiceAccount beside it, or name one that is declared.',
  peers: ['kube-linter:non-existent-service-account'],
  check({ workload, project }, { report }) {
    const { serviceAccount } = workload;
    if (serviceAccount === undefined || serviceAccount.text === 'default' || serviceAccount.text === '') return;
    const accounts = objectsOfKind(project.objects, 'ServiceAccount', '').filter((each) =>
      sameNamespace(each, workload),
    );
    if (accounts.some(({ name }) => name === serviceAccount.text)) return;
    // It may be made elsewhere: only where others are declared beside the workload, a wrong name is likely.
    const directory = directoryOf(workload.object.path);
    const beside = accounts.filter(({ path }) => directoryOf(path) === directory);
    if (beside.length === 0) return;
    report({
      at: serviceAccount,
      also: beside
        .slice(0, 3)
        .map((account) => ({ ...account.place, note: `ServiceAccount ${account.name} is there` })),
      message: `${titleOf(workload)} runs as ${serviceAccount.text}, which no manifest declares.`,
    });
  },
});
