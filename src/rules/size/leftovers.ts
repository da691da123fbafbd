import type { PeerId } from '../../core/finding.ts';
import type { ShellCommand } from '../../dockerfile/shell.ts';
import { readPackageCommand } from '../../ecosystems/package-command.ts';
import { counted } from '../../project/image-files.ts';
import { commandsOf, placeOfStep } from '../../project/inspected-image.ts';
import { imageRule } from '../../project/rule.ts';

export const rule = imageRule({
  severity: 'warning',
  summary: 'Files in the image that nothing needs when it runs',
  why: 'They are stored and pulled with every copy of the image.',
  remedy: 'Remove them in the step that brings them, or copy only what runs out of a build stage.',
  peers: ['dockle:DKL-DI-0004', 'dockle:DKL-DI-0005', 'dockle:DKL-LI-0003'],
  options: { bytes: { description: 'Fewer bytes of one kind are not reported', default: 100_000 } },
  check({ image }, { report, option }) {
    for (const { kind, what, bytes, files, layers, paths } of image.analysis.waste) {
      if (kind !== 'leftover' || bytes < option.number('bytes')) continue;
      const step = image.steps.find(({ layer }) => layer === layers[0]);
      const cache = step?.written && cacheOf(paths);
      const names = paths.slice(0, 3).map((path) => `/${path}`);
      report({
        ...placeOfStep(image, step),
        message: `${capital(what)}: ${counted(files, 'file')}${names.length > 0 ? `, ${names.join(', ')}${files > names.length ? ' …' : ''}` : ''}.`,
        severity: bytes >= 1_000_000 && step?.ofBase !== true ? 'warning' : 'note',
        peers: peersOf(paths, step ? commandsOf(image, step) : []),
        cost: { bytes, basis: 'measured', derivation: 'content of the files, unpacked' },
        ...(cache && step?.written && { cause: `${cache}:${step.written.range.start}` }),
      });
    }
  },
});

/** What Dockle calls it, as far as it looks: at the commands of the step, and at names of directories. */
function peersOf(paths: readonly string[], commands: readonly ShellCommand[]): readonly PeerId[] {
  const tools = new Set(commands.flatMap((command) => readPackageCommand(command)?.tool ?? []));
  if (tools.has('apk') && paths.some((path) => path.startsWith('var/cache/apk/'))) return ['dockle:DKL-DI-0004'];
  if (tools.has('apt-get') && paths.some((path) => path.startsWith('var/lib/apt/lists/')))
    return ['dockle:DKL-DI-0005'];
  return paths.some((path) => /(?:^|\/)\.(?:git|cache|npm|vscode|idea)\//.test(path)) ? ['dockle:DKL-LI-0003'] : [];
}

/** Of the rule for Dockerfiles that says the same of the same step. */
function cacheOf(paths: readonly string[]): string | undefined {
  return ['/var/lib/apt/lists', '/var/cache/apt', '/var/cache/apk'].find((directory) =>
    paths.some((path) => `/${path}`.startsWith(`${directory}/`)),
  );
}

function capital(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}
