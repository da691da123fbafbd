import type { Assumption } from '../../core/fix.ts';
import type { ComposeFile } from '../../kubernetes/compose.ts';
import { isNamedStack, mayBeStack } from '../../kubernetes/compose-stack.ts';
import { at } from '../../kubernetes/yaml-node.ts';
import type { Project } from '../../project/project.ts';
import { composeRule } from '../../project/rule.ts';
import { asks, holds, manifestFix, removeIn } from '../../repairs/manifest-edits.ts';

export const rule = composeRule({
  severity: 'note',
  summary: 'The Compose file names a version of its format',
  why: 'Compose ignores it and prints a warning each time.',
  remedy: 'Drop the line, unless docker stack deploy reads the file.',
  peers: [],
  check({ compose, project }, { report }) {
    const { version } = compose;
    if (isNamedStack(compose)) return;
    const fix =
      version &&
      !isExplained(project, compose) &&
      manifestFix('Drop the line', removeIn(project, {}, compose.root, 'version'), [readByCompose(compose)]);
    if (version)
      report({
        ...(fix && { fix }),
        at: { path: version.path, range: version.range },
        message: `version ${version.text} means nothing to Compose any more.`,
      });
  },
});

/** The comment right above says why the line stands, and would stand over something else. */
function isExplained({ readFile }: Project, { version }: ComposeFile): boolean {
  const lines = version && readFile?.(version.path)?.text.slice(0, version.range.start).split(/\r?\n/);
  if (!lines) return false;
  const above = lines.slice(lines.slice(0, -1).findLastIndex((line) => !/^\s*#/.test(line)) + 1);
  return /version|\b[23]\.[\dx]|swarm|stack/i.test(above.slice(0, -1).join('\n'));
}

function readByCompose(file: ComposeFile): Assumption {
  const statement = 'Only Compose reads the file, which ignores the line.';
  return mayBeStack(file) || !isForComposeAlone(file)
    ? asks(statement, 'Is the file given to docker stack deploy? That wants the version.')
    : holds(statement);
}

/**
 * `docker stack deploy` wants version 3 and an image of every service, which it does not build
 * (https://docs.docker.com/engine/swarm/stack-deploy/): another file was never given to it.
 */
function isForComposeAlone({ version, services }: ComposeFile): boolean {
  return (
    (version !== undefined && /^[12]/.test(version.text)) ||
    services.some(({ node }) => at(node, 'image') === undefined)
  );
}
