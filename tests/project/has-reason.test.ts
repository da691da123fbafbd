import { expect, test } from 'vitest';
import { at } from '../../src/kubernetes/yaml-node.ts';
import { hasReason } from '../../src/project/has-reason.ts';
import { loadProject } from '../../src/project/load-project.ts';

async function isExplained(container: string): Promise<boolean> {
  const head = 'apiVersion: v1\nkind: Pod\nmetadata:\n  name: agent\nspec:\n  containers:\n';
  const bytes = Buffer.from(head + container);
  const project = await loadProject({ kind: 'bytes', name: 'pod.yaml', bytes });
  const setting = at(project.workloads[0]?.containers[0]?.security.node, 'privileged');
  if (setting === undefined) throw new Error('the test has no such setting');
  return hasReason(project, setting);
}

const container = (beside = '', above = '', aboveParent = '') => `    - name: agent
      image: example.com/agent:1.0
${aboveParent}      securityContext:
${above}        privileged: true${beside}
`;

test.each([
  ['beside the setting', container(' # mounts the disks of the node')],
  ['above the setting', container('', '        # mounts the disks of the node\n')],
  ['above the key that holds it', container('', '', '      # mounts the disks of the node\n')],
  ['beside, in other letters', container(' # 需要挂载磁盘')],
  ['above, where what stands beside says nothing', container(' # yes', '        # mounts the disks of the node\n')],
  [
    'above the item that it is the first of',
    '    # mounts the disks of the node\n    - securityContext:\n        privileged: true\n      name: agent\n      image: example.com/agent:1.0\n',
  ],
])('a comment %s tells why', async (_place, text) => {
  expect(await isExplained(text)).toBe(true);
});

test.each([
  ['nothing', container()],
  ['«no»', container(' # no')],
  ['«ok»', container(' # ok')],
  ['a dash', container(' # -')],
  ['a line', container('', '        # -----\n')],
  ['«ok» above', container('', '        # ok\n')],
  ['what is left to do', container(' # TODO drop when the agent can do without')],
  ['a setting that is switched off', container('', '        # runAsUser: 1000\n')],
  ['what is said of another setting', container('', '        runAsUser: 0 # the agent asks for it\n')],
  ['what is said of the container', container().replace('    - name', '    # the agent of the node\n    - name')],
])('%s tells nothing', async (_what, text) => {
  expect(await isExplained(text)).toBe(false);
});
