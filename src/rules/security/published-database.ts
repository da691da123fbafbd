import { isStoreImage } from '../../bases/store-images.ts';
import type { Fix } from '../../core/fix.ts';
import type { ComposePort } from '../../kubernetes/compose.ts';
import { expandDefaults } from '../../kubernetes/compose-text.ts';
import { contentRange } from '../../kubernetes/yaml-node.ts';
import { composeRule } from '../../project/rule.ts';

export const rule = composeRule({
  severity: 'note',
  summary: 'A database is published on all addresses of the machine',
  why: 'Docker opens the port past the firewall of the machine: everyone on the network can try passwords, or needs none.',
  remedy: 'Publish it on 127.0.0.1, or drop ports: services of the file reach each other without.',
  peers: [],
  check({ compose }, { report }) {
    for (const { name, image, ports, networkMode } of compose.services) {
      if (image === undefined || networkMode?.text === 'host' || !isStore(image.text)) continue;
      for (const port of ports) {
        if (port.hostIp !== undefined && port.hostIp !== '0.0.0.0' && port.hostIp !== '::' && port.hostIp !== '')
          continue;
        if (port.target === undefined && port.published === undefined) continue;
        const fix = onLoopback(port);
        report({
          at: { path: port.node.path, range: port.node.range },
          message: `Service ${name} publishes port ${port.target ?? port.published} on all addresses.`,
          ...(fix && { fix }),
        });
      }
    }
  },
});

function isStore(image: string): boolean {
  return isStoreImage(expandDefaults(image).text.replace(/\$\{?\w+\}?/g, 'x'));
}

/** For `5432:5432` only: other forms say more, and are left to a person. */
function onLoopback({ node, hostIp, published }: ComposePort): Fix | undefined {
  if (node.kind !== 'scalar' || node.derived || hostIp !== undefined || published === undefined) return undefined;
  const { start } = contentRange(node);
  return {
    title: 'Publish the port on 127.0.0.1 only',
    changes: { edits: [{ path: node.path, range: { start, end: start }, replacement: '127.0.0.1:' }] },
    assumptions: [
      {
        statement: 'Nothing on another machine connects to the port.',
        state: 'unknown',
        question: 'Does a program or person on another machine connect to this database?',
      },
    ],
  };
}
