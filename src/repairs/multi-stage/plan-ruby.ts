import { baseImage } from '../../bases/base-image.ts';
import { runTimeImage } from '../../bases/run-time-image.ts';
import { buildsOf } from '../../project/project.ts';
import { baseImageOf } from '../../project/stage-facts.ts';
import { applicationPlaces } from './application-places.ts';
import type { Planned, SplitSubject } from './split-plan.ts';
import { programNeeds } from './split-stage.ts';

/** GEM_HOME of the official images: gems and their programs. */
const gems = '/usr/local/bundle';
const tools = /^(?:gem|bundle|bundler|rake|rails|ruby|bin\/rails|bin\/rake)$/;

/** The packages behind gems that load a library of the system, which the slim image lacks. */
const libraries: Readonly<Record<string, { readonly apt: string; readonly apk: string }>> = {
  pg: { apt: 'libpq5', apk: 'libpq' },
  mysql2: { apt: 'libmariadb3', apk: 'mariadb-connector-c' },
  sqlite3: { apt: 'libsqlite3-0', apk: 'sqlite-libs' },
  rmagick: { apt: 'imagemagick', apk: 'imagemagick' },
  'ruby-vips': { apt: 'libvips42', apk: 'vips' },
  curb: { apt: 'libcurl4', apk: 'libcurl' },
};

/** A program of Ruby: the gems and the application on the slim image of the same release. */
export function planRuby(subject: SplitSubject): Planned {
  const { dockerfile, stage, runs } = subject;
  const image = baseImageOf(stage);
  if (image.runtime?.name !== 'ruby' || image.reference?.repository !== 'library/ruby') return undefined;
  const commands = runs.flatMap((step) => step.commands).filter(({ command }) => tools.test(command.name));
  if (!commands.some(({ command }) => command.name === 'bundle' || command.name === 'gem')) return undefined;
  if (/GEM_HOME|BUNDLE_APP_CONFIG|rvm|rbenv/.test(dockerfile.text)) return { refusal: 'the file says where gems lie' };
  const places = applicationPlaces(dockerfile, subject, commands);
  if (places === undefined) return { refusal: 'the application lies in a directory of the system' };
  const base = runTimeImage(image.reference.text)?.reference ?? image.reference.text;
  const lock = lockFile(subject);
  const { packageManager } = baseImage(base);
  if (packageManager !== 'apt' && packageManager !== 'apk')
    return { refusal: `it is not known how ${base} installs packages` };
  const packages = Object.entries(libraries).flatMap(([gem, needed]) =>
    lock !== undefined && new RegExp(`^    ${gem} \\(`, 'm').test(lock) ? [needed[packageManager]] : [],
  );
  return {
    title: `Install in a stage of its own and ship ${places.join(' and ')} with the gems on ${base}`,
    base,
    copied: [gems, ...places.filter((place) => place !== gems)],
    left: ['/root', '/usr/local/lib/ruby'],
    packages,
    fetchedByBuild: false,
    assumptions: [
      programNeeds(
        'compilers, git, curl, ImageMagick and the libraries of databases',
        stage,
        `the gems and ${places.join(' and ')}`,
      ),
      {
        statement: 'The libraries that compiled gems load are on the new image.',
        state: 'unknown',
        question: `Do gems like pg, mysql2 or rmagick find their libraries on ${base}? ${packages.length > 0 ? `${packages.join(', ')} ${packages.length === 1 ? 'is' : 'are'} installed for those in Gemfile.lock.` : 'No Gemfile.lock was there to tell.'}`,
      },
    ],
    knows: ({ command }) => tools.test(command.name),
  };
}

function lockFile({ project, dockerfile }: SplitSubject): string | undefined {
  const directories = buildsOf(project, dockerfile).flatMap(({ context }) => context?.directory ?? []);
  return project.applications
    .filter(({ language, directory }) => language === 'ruby' && directories.includes(directory))
    .map(({ manifests }) => manifests.get('Gemfile.lock')?.text)
    .find((text) => text !== undefined);
}
