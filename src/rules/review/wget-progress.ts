import type { Fix } from '../../core/fix.ts';
import type { Dockerfile, PlacedCommand } from '../../dockerfile/dockerfile.ts';
import { insertWord } from '../../dockerfile/edit.ts';
import { packageCommands } from '../../dockerfile/package-commands.ts';
import { dockerfileRule } from '../../project/rule.ts';
import { baseImageOf, stageChain } from '../../project/stage-facts.ts';

export const rule = dockerfileRule({
  severity: 'note',
  summary: 'wget draws its progress bar into the build log',
  why: 'Without a terminal wget writes a line for every 50 kB, which buries what matters in the log.',
  remedy: 'Pass -q, -nv or --progress=dot:giga.',
  peers: ['hadolint:DL3047'],
  check({ dockerfile }, { report }) {
    for (const placed of dockerfile.commandsNamed('wget')) {
      const { command } = placed;
      const words = command.arguments.map(({ value }) => value);
      if (
        words.some((word) => quiets(word) || /^\$\{?\w*(?:FLAGS|OPTIONS|OPTS|ARGS)\}?$/i.test(word)) ||
        !words.some((word) => /^(?:https?|ftp):|^\$/.test(word))
      )
        continue;
      if (command.wrappers.includes('busybox')) continue;
      report({
        at: command.range,
        message: 'This wget writes its progress to the log.',
        fix: quieter(dockerfile, placed),
      });
    }
  },
});

function quiets(word: string): boolean {
  return (
    /^(?:--quiet|--no-verbose|--progress(?:=.*)?|--output-file(?:=.*)?|--append-output(?:=.*)?|--background)$/.test(
      word,
    ) || /^-(?!-)[a-zA-Z]*(?:q|nv|o|a|b)/.test(word.replace(/^-([a-zA-Z]*?)[OPU].*/, '-$1'))
  );
}

/** On these there is no other wget; where apk is called, BusyBox has one. */
const gnu: ReadonlySet<string> = new Set([
  'debian',
  'ubuntu',
  'centos',
  'rhel',
  'rocky',
  'almalinux',
  'oraclelinux',
  'amazonlinux',
]);

/** Dots for GNU wget; BusyBox, as in Alpine, has another one, which knows no --progress and prints errors with -q, too. */
function quieter(dockerfile: Dockerfile, placed: PlacedCommand): Fix {
  const kind = kindOf(dockerfile, placed);
  const flag = kind === 'busybox' ? '-q' : '--progress=dot:giga';
  return {
    title: `Pass ${flag}`,
    changes: { edits: [insertWord(dockerfile, placed.command.nameWord.range, flag)] },
    assumptions: [
      kind === 'busybox'
        ? { statement: 'wget is that of BusyBox, and every wget knows -q.', state: 'holds' }
        : {
            statement: 'wget is GNU wget, which knows --progress.',
            state: kind === 'gnu' ? 'holds' : 'unknown',
            question: 'Is wget in this image GNU wget? BusyBox, as in Alpine, has another one without --progress.',
          },
    ],
  };
}

function kindOf(dockerfile: Dockerfile, { stage, command }: PlacedCommand): 'gnu' | 'busybox' | undefined {
  const { distribution } = stage ? baseImageOf(stage) : { distribution: 'unknown' };
  if (gnu.has(distribution)) return 'gnu';
  const chain = stage ? stageChain(stage) : [];
  const installs = (...tools: readonly string[]) =>
    packageCommands(dockerfile, ...tools).some(
      ({ stage: own, read, command: other }) =>
        own !== undefined &&
        chain.includes(own) &&
        other.range.start < command.range.start &&
        read.packages.some(({ name }) => name === 'wget'),
    );
  if (distribution === 'alpine' || distribution === 'busybox') return installs('apk') ? 'gnu' : 'busybox';
  if (distribution !== 'unknown') return undefined;
  if (dockerfile.commandsNamed('apk').length > 0) return installs('apk') ? 'gnu' : 'busybox';
  return installs('apt-get', 'apt', 'aptitude', 'yum', 'dnf', 'microdnf') ? 'gnu' : undefined;
}
