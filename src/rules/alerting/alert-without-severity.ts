import { at, itemsAt, scalarAt, textAt, type YamlNode } from '../../kubernetes/yaml-node.ts';
import { objectRule } from '../../project/rule.ts';
import { asks, manifestFix, setIn, together } from '../../repairs/manifest-edits.ts';

export const rule = objectRule({
  severity: 'note',
  summary: 'alert without a severity',
  why: 'Alertmanager sends alerts where their labels say: without a severity a page at night and a mail for Monday go the same way.',
  remedy: 'Give every alert a label severity that your Alertmanager routes by, such as critical or warning.',
  peers: [],
  check({ object, project }, { report }) {
    if (object.kind !== 'PrometheusRule') return;
    const bare = itemsAt(object.node, 'spec', 'groups')
      .filter((group) => textAt(group, 'labels', 'severity') === undefined)
      .flatMap((group) => itemsAt(group, 'rules'))
      .filter((item) => textAt(item, 'alert') !== undefined && !hasPriority(item));
    const [first, ...others] = bare.flatMap((item) => scalarAt(item, 'alert') ?? []);
    if (!first) return;
    const names = [first, ...others].map(({ text }) => text);
    const edits = together(
      bare.map((item) =>
        item.kind === 'map' ? setIn(project, object, item, { labels: { severity: 'warning' } }) : undefined,
      ),
    );
    const fix = manifestFix('Give the alerts the severity warning', edits, [
      asks(
        'None of them is to wake somebody at night.',
        'Which of these alerts are critical, and which values of severity does your Alertmanager route by?',
      ),
    ]);
    report({
      ...(fix && { fix }),
      at: first,
      message: `${names.slice(0, 3).join(', ')}${names.length > 3 ? ` and ${names.length - 3} more` : ''} ${names.length === 1 ? 'has' : 'have'} no severity.`,
      also: others,
    });
  },
});

/** Any of the labels that teams route by. */
function hasPriority(item: YamlNode): boolean {
  return ['severity', 'priority', 'level', 'urgency', 'page', 'tier', 'team', 'receiver', 'channel'].some(
    (label) => at(item, 'labels', label) !== undefined,
  );
}
