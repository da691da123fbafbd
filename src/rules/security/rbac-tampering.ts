import { enumerate } from '../../core/enumerate.ts';
import type { PeerId } from '../../core/finding.ts';
import { isBuiltIn, permissionRules } from '../../kubernetes/rbac.ts';
import { titleOf } from '../../kubernetes/whole-workload.ts';
import { objectRule } from '../../project/rule.ts';

/** What a role may change that others rely upon. */
const targets: readonly {
  readonly what: string;
  readonly resources: readonly string[];
  readonly peers: readonly PeerId[];
}[] = [
  {
    what: 'the network of others (Services, endpoints, Ingresses, policies)',
    resources: ['services', 'endpoints', 'endpointslices', 'networkpolicies', 'ingresses'],
    peers: ['trivy:KSV056'],
  },
  { what: 'the configuration of others (ConfigMaps)', resources: ['configmaps'], peers: ['trivy:KSV049'] },
  { what: 'who has which rights', resources: ['roles', 'rolebindings'], peers: ['trivy:KSV050'] },
];

const changes: ReadonlySet<string> = new Set(['create', 'update', 'patch', 'delete', 'deletecollection']);

export const rule = objectRule({
  severity: 'note',
  preset: 'all',
  offBecause:
    'Controllers and operators are there to change such objects; only who knows what a program does can say more.',
  summary: 'A role that may change what others rely upon',
  why: 'Who breaks into the program redirects traffic, opens the network or changes how other programs run.',
  remedy:
    'Leave the verbs out that the program does not use, limit them to a namespace, and name the objects where they are known.',
  peers: [...targets.flatMap(({ peers }) => peers), 'trivy:KSV055'],
  check({ object }, { report }) {
    if (isBuiltIn(object)) return;
    const rules = permissionRules(object);
    const found = targets.flatMap((target) => {
      const by = rules.find(
        ({ verbs, resources, isNamed }) =>
          !isNamed &&
          verbs.some(({ text }) => changes.has(text)) &&
          resources.some(({ text }) => target.resources.includes(text)),
      );
      return by ? [{ target, by }] : [];
    });
    const [first, ...others] = found;
    if (!first) return;
    const shares = rules.some(
      ({ verbs, resources, apiGroups, isNamed }) =>
        !isNamed &&
        resources.some(({ text }) => text === 'rolebindings') &&
        apiGroups.some(({ text }) => text === '*') &&
        ['get', 'patch'].every((verb) => verbs.some(({ text }) => text === verb)),
    );
    report({
      at: first.by.node,
      also: others.map(({ target, by }) => ({ ...by.node, note: target.what })),
      message: `${titleOf(object)} may change ${enumerate(found.map(({ target }) => target.what))}.`,
      peers: [
        ...found.flatMap(({ target, by }) =>
          target.peers.filter((peer) =>
            sees(
              peer,
              by.verbs.map(({ text }) => text),
            ),
          ),
        ),
        ...(shares ? (['trivy:KSV055'] as const) : []),
      ],
    });
  },
});

/** Trivy does not count patch of roles. */
function sees(peer: PeerId, verbs: readonly string[]): boolean {
  return peer !== 'trivy:KSV050' || verbs.some((verb) => verb !== 'patch' && changes.has(verb));
}
