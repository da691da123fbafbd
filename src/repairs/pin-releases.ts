import type { Assumption, Fix, TextEdit } from '../core/fix.ts';
import { compareNumbers } from '../core/version-order.ts';
import type { Dockerfile } from '../dockerfile/dockerfile.ts';
import { replace } from '../dockerfile/edit.ts';
import type { PackageArgument } from '../ecosystems/package-command.ts';
import { newestFor, questionKey, type ReleaseQuestion } from '../ecosystems/release-question.ts';
import { type LooseInstall, languageOf, looseInstalls, releaseQuestion } from '../project/loose-packages.ts';
import type { Project } from '../project/project.ts';

/** Each release that `plimsoll fix --online` asks registries for, once. */
export function releaseQuestions({ dockerfiles }: Project): readonly ReleaseQuestion[] {
  const questions = new Map<string, ReleaseQuestion>();
  for (const dockerfile of dockerfiles)
    for (const install of looseInstalls(dockerfile))
      for (const { question } of pinnable(dockerfile, install) ?? []) questions.set(questionKey(question), question);
  return [...questions.values()];
}

/** Whether the versions of an install could be written, when registries told them. */
export function canBePinned(dockerfile: Dockerfile, install: LooseInstall): boolean {
  return pinnable(dockerfile, install) !== undefined;
}

/**
 * Writes the releases behind the names that a build would install today, as the registry told them; undefined where none was asked, and where one of them is
 * not known: a command with some versions is as little repeatable as one with none.
 */
export function pinReleases(project: Project, dockerfile: Dockerfile, install: LooseInstall): Fix | undefined {
  const { online } = project;
  const pins = online && pinnable(dockerfile, install);
  if (!pins) return undefined;
  const language = languageOf(install);
  const versions = pins.map(({ question }) => newestFor(online.releases.get(questionKey(question)) ?? [], language));
  if (versions.includes(undefined)) return undefined;
  const needsLanguage = pins.some(({ question }) =>
    online.releases.get(questionKey(question))?.some(({ needs }) => needs !== undefined),
  );
  const written = pins.map(({ question }, at) => `${question.name} ${versions[at]}`);
  return {
    title: `Name the versions of today: ${listOf(written)}`,
    changes: { edits: pins.map(({ write }, at) => write(versions[at] ?? '')) },
    assumptions: [
      {
        statement:
          'The releases of today are the ones that the image was last built and run with, and that are wanted.',
        state: 'unknown',
        question: `Does the program run with ${listOf(written)}? It is what a build today installs; an image that runs may have older ones: look there, or build and test.`,
      },
      ...(language === undefined && needsLanguage ? [languageUnknown] : []),
    ],
  };
}

const languageUnknown: Assumption = {
  statement: 'These releases run with the language that the image has.',
  state: 'unknown',
  question: 'Which release of the language is in the image? The files do not tell, so the newest packages are named.',
};

interface Pin {
  readonly question: ReleaseQuestion;
  write(version: string): TextEdit;
}

/** How the version of each package is written; undefined where one of them cannot have one. */
function pinnable(dockerfile: Dockerfile, install: LooseInstall): readonly Pin[] | undefined {
  const pins = install.loose.map((each) => pinOf(dockerfile, install, each));
  return pins.every((pin) => pin !== undefined) ? pins : undefined;
}

function pinOf(dockerfile: Dockerfile, install: LooseInstall, argument: PackageArgument): Pin | undefined {
  const { placed, loose } = install;
  const { word, pin, version } = argument;
  const question = releaseQuestion(install, argument);
  const { start, end } = word.range;
  const written = dockerfile.text.slice(start, end);
  // A marker behind the name, a line continuation or an option's own value (`-e name`) is left alone.
  if (question === undefined || !word.literal || !/^(["']?)[@\w./[\],-]+\1$/.test(written)) return undefined;
  if (pin === 'moving' && !written.includes(`@${version}`)) return undefined;
  const quote = /^["']/.test(written) ? written.slice(-1) : '';
  const bare = written.slice(quote.length, written.length - quote.length);
  const name = pin === 'moving' ? bare.slice(0, bare.lastIndexOf('@')) : bare;
  const pinned = separators[question.registry];
  if (question.registry === 'go' && !goTakesVersions(install)) return undefined;
  // One version holds for all packages of a command there.
  if (question.registry === 'crates' && (loose.length > 1 || placed.read.packages.length > 1)) return undefined;
  // «gem install a b:1»: the version of one name only since RubyGems 1.8, which every supported Ruby has.
  return {
    question,
    write: (release) => replace(dockerfile, { start, end }, `${quote}${name}${pinned}${release}${quote}`),
  };
}

const separators = { pypi: '==', npm: '@', rubygems: ':', go: '@', crates: '@' } as const;

/** `go install package@version` outside of a module: from Go 1.16 on; before, and for `go get` since 1.17, a module has to be there. */
function goTakesVersions(install: LooseInstall): boolean {
  const { placed, loose } = install;
  const { read } = placed;
  const runtime = languageOf(install);
  if (read.subcommand?.value !== 'install' || read.packages.length > 1) return false;
  return loose[0]?.pin === 'moving' || (runtime !== undefined && compareNumbers(runtime, '1.16') >= 0);
}

function listOf(texts: readonly string[]): string {
  const shown = texts.length > 4 ? [...texts.slice(0, 3), `${texts.length - 3} more`] : texts;
  return shown.length < 2 ? shown.join('') : `${shown.slice(0, -1).join(', ')} and ${shown.at(-1)}`;
}
