import { hasCertificates } from '../../bases/image-tools.ts';
import { enumerate } from '../../core/enumerate.ts';
import type { Assumption, Fix } from '../../core/fix.ts';
import type { SourceRange } from '../../core/text.ts';
import { addPackages } from '../../dockerfile/add-packages.ts';
import type { Dockerfile } from '../../dockerfile/dockerfile.ts';
import { insertWord } from '../../dockerfile/edit.ts';
import { type PlacedPackageCommand, packageCommands, stageWrites } from '../../dockerfile/package-commands.ts';
import type { Stage } from '../../dockerfile/stage.ts';
import { broughtBy, onlyForDirectories, recommendedWith } from '../../ecosystems/apt/recommends.ts';
import { copiedFiles, liesIn } from '../../project/copied-files.ts';
import { dockerfileRule } from '../../project/rule.ts';
import { baseImageOf, stageChain } from '../../project/stage-facts.ts';

export const rule = dockerfileRule({
  severity: 'note',
  summary: 'apt-get install takes recommended packages along',
  why: 'Debian and Ubuntu install what a package recommends as well, which is often documentation, fonts or a mail server that nobody asked for.',
  remedy:
    'Pass --no-install-recommends and name what is really needed (ca-certificates with curl, libc6-dev with gcc).',
  peers: [
    'hadolint:DL3015',
    'kics:apt-get-not-avoiding-additional-packages',
    'trivy:DS029',
    'parfum:aptGetInstallUseNoRec',
  ],
  check({ dockerfile }, { report }) {
    for (const placed of packageCommands(dockerfile, 'apt-get', 'apt')) {
      const { read, command, stage } = placed;
      if (read.action !== 'install' || read.noRecommends || read.packages.length === 0) continue;
      if (stageWrites(dockerfile, stage, /Install-Recommends/i)) continue;
      const fix = withoutRecommends(dockerfile, placed);
      report({
        at: command.range,
        message: `${read.tool} install also installs what the named packages recommend.`,
        ...(read.tool === 'apt' && { peers: [] }),
        ...(fix && { fix }),
      });
    }
  },
});

/** What is small, exists in every release, and is what the package was used for without being named. */
const addable: ReadonlySet<string> = new Set([
  'ca-certificates',
  'libc6-dev',
  'openssh-client',
  'less',
  'patch',
  'gnupg',
  'psmisc',
  'xauth',
]);

/** Passes the option, and names what of the recommended packages may matter. */
function withoutRecommends(dockerfile: Dockerfile, placed: PlacedPackageCommand): Fix | undefined {
  const { read, stage } = placed;
  const at = read.subcommand;
  if (at === undefined || stage === undefined) return undefined;
  const names = new Set(read.packages.flatMap(({ name }) => [name, ...broughtBy(name)]));
  const lists = read.packages.map(({ name, kind }) => (kind === 'registry' ? recommendedWith(name) : undefined));
  if (hasCertificates(baseImageOf(stage))) names.add('ca-certificates');
  const needed = [...new Set(lists.flatMap((list) => list ?? []))].filter((name) => !names.has(name)).sort();
  const added = needed.filter((name) => addable.has(name));
  return {
    title:
      added.length === 0
        ? 'Pass --no-install-recommends'
        : `Pass --no-install-recommends, and name ${enumerate(added)}`,
    changes: {
      edits: [insertWord(dockerfile, at.range, '--no-install-recommends'), ...addPackages(dockerfile, read, added)],
    },
    assumptions: [
      nothingUsed(
        dockerfile,
        stage,
        mayHaveOtherArchives(dockerfile, stage, placed),
        lists,
        needed.filter((name) => !addable.has(name)),
      ),
    ],
  };
}

function nothingUsed(
  { text }: Dockerfile,
  stage: Stage,
  hasOthers: boolean,
  lists: readonly (readonly string[] | undefined)[],
  missing: readonly string[],
): Assumption {
  const statement = 'Nothing that is only recommended and not named is used.';
  const { distribution, distributionVersion, codename } = baseImageOf(stage);
  const isBookworm =
    distribution === 'debian' && (codename === 'bookworm' || /^12(?:\.|$)/.test(distributionVersion ?? ''));
  if (
    isBookworm &&
    !hasOthers &&
    lists.every((list) => list !== undefined) &&
    missing.length === 0 &&
    !onlyForDirectories.test(text)
  )
    return { statement, state: 'holds' };
  const which = missing.length === 0 ? '' : `, for instance ${enumerate(missing.slice(0, 3))}`;
  const question = `Does the image still build and run without the recommended packages${which}? A proof that builds and runs both settles it.`;
  return { statement, state: 'unknown', question };
}

/** Packages of another archive recommend what they like: the nodejs of NodeSource is not Debian's. */
function mayHaveOtherArchives(dockerfile: Dockerfile, stage: Stage, { command }: PlacedPackageCommand): boolean {
  if (
    /nodesource|sources\.list|\.sources\b|add-apt-repository|prod\.deb|deb \[?[^\n]{0,80}https?:/.test(dockerfile.text)
  )
    return true;
  const chain = stageChain(stage);
  const isBefore = ({ start }: SourceRange) => start < command.range.start;
  const isCopied = chain
    .flatMap((each) => copiedFiles(dockerfile, each))
    .some(
      ({ instruction, destination }) =>
        isBefore(instruction.range) &&
        (destination === undefined || liesIn('/etc/apt', destination) || liesIn(destination, '/etc/apt')),
    );
  // A script may add one, whether it is fetched or lies in the context.
  const isScripted = dockerfile.commands.some(
    (each) =>
      chain.some((one) => one === each.stage) &&
      isBefore(each.command.range) &&
      /^(?:sh|bash|dash|ash|zsh|source|\.|eval|python[\d.]*|perl|ruby|node)$|\//.test(each.command.nameWord.value),
  );
  return isCopied || isScripted;
}
