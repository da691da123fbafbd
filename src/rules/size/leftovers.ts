import type { PeerId } from '../../core/finding.ts';
import type { ShellCommand } from '../../dockerfile/shell.ts';
import { readPackageCommand } from '../../ecosystems/package-command.ts';
import type { Waste } from '../../image/image-analysis.ts';
import { sizeText } from '../../project/context-facts.ts';
import { counted } from '../../project/image-files.ts';
import {
  commandsOf,
  type ImageStep,
  type InspectedImage,
  placeOfLayer,
  stepOfLayer,
} from '../../project/inspected-image.ts';
import { imageRule } from '../../project/rule.ts';

/** What packages bring beside their programs: whoever installs them can leave it out by the package manager's settings only. */
const companions: ReadonlySet<string> = new Set([
  'documentation',
  'manual pages',
  'translations',
  'compiled Python that Python writes again',
  'caches of installed programs',
]);

export const rule = imageRule({
  severity: 'warning',
  summary: 'Files in the image that nothing needs when it runs',
  why: 'They are stored and pulled with every copy of the image.',
  remedy: 'Remove them in the step that brings them, or copy only what runs out of a build stage.',
  peers: ['dockle:DKL-DI-0004', 'dockle:DKL-DI-0005', 'dockle:DKL-LI-0003'],
  options: { bytes: { description: 'Fewer bytes of one kind are not reported', default: 100_000 } },
  check({ image }, { report, option }) {
    for (const { step, kind, all } of groupsOf(image, option.number('bytes'))) {
      const bytes = all.reduce((sum, each) => sum + each.bytes, 0);
      const paths = all.flatMap((each) => each.paths);
      const cache = kind === 'own' && step?.written && cacheOf(paths);
      report({
        ...placeOfLayer(image, all[0]?.layers[0]),
        message: messageOf(kind, all, bytes),
        severity: kind === 'own' && bytes >= 1_000_000 ? 'warning' : 'note',
        peers: peersOf(paths, step ? commandsOf(image, step) : []),
        cost: { bytes, basis: 'measured', derivation: 'content of the files, unpacked' },
        ...(kind === 'base' && { remedy: 'Build on a slimmer variant of the base image.' }),
        ...(cache && step?.written && { cause: `${cache}:${step.written.range.start}` }),
      });
    }
  },
});

interface Group {
  readonly step: ImageStep | undefined;
  /** `base`: nobody who builds on it can change it; `companions`: beside what a step installs; `own`: one kind, left by a step. */
  readonly kind: 'base' | 'companions' | 'own';
  readonly all: readonly Waste[];
}

/** One cause, one finding: what the base holds is one, what packages bring beside their programs is one a step. */
function groupsOf(image: InspectedImage, least: number): readonly Group[] {
  const groups = new Map<string, Group & { readonly all: Waste[] }>();
  for (const waste of image.analysis.waste) {
    if (waste.kind !== 'leftover' || waste.bytes < least) continue;
    const step = stepOfLayer(image, waste.layers[0]);
    const kind = step?.ofBase === true ? 'base' : companions.has(waste.what) ? 'companions' : 'own';
    const key = kind === 'base' ? kind : `${kind} ${waste.layers[0]} ${kind === 'own' ? waste.what : ''}`;
    const known = groups.get(key);
    if (known) known.all.push(waste);
    else groups.set(key, { step, kind, all: [waste] });
  }
  return [...groups.values()];
}

function messageOf(kind: Group['kind'], all: readonly Waste[], bytes: number): string {
  const [first] = all;
  const kinds = all.map((each) => `${each.what} (${sizeText(each.bytes)})`).join(', ');
  if (kind === 'base') return `The base image holds ${sizeText(bytes)} that nothing needs when it runs: ${kinds}.`;
  if (kind === 'companions') return `What is installed here brings along: ${kinds}.`;
  if (first === undefined) return '';
  const names = first.paths.slice(0, 3).map((path) => `/${path}`);
  const more = names.length > 0 ? `, ${names.join(', ')}${first.files > names.length ? ' …' : ''}` : '';
  return `${capital(first.what)}: ${counted(first.files, 'file')}${more}.`;
}

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
