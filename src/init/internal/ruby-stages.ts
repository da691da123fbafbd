import type { Place } from '../detector.ts';
import { native } from '../detectors/ruby.ts';
import type { ImageStage, Step } from '../plan.ts';
import type { RubyVersion } from './ruby-version.ts';

export function stagesOf(
  place: Place,
  version: RubyVersion,
  gems: readonly string[],
  lock: string | undefined,
  rails: boolean,
  has: (gem: string) => boolean,
): ImageStage[] {
  const run = [...new Set(gems.flatMap((gem) => native[gem]?.run ?? []))].sort();
  const assets = rails && (has('sprockets-rails') || has('propshaft') || has('sprockets') || has('importmap-rails'));
  const compile: Step[] = assets
    ? [
        {
          kind: 'run',
          comment: 'Assets for browsers; the key is a dummy, because none is needed to compile them',
          commands: ['SECRET_KEY_BASE_DUMMY=1 bundle exec rails assets:precompile'],
        },
      ]
    : [];
  const environment: Step = {
    kind: 'env',
    variables: {
      BUNDLE_WITHOUT: 'development:test',
      BUNDLE_DEPLOYMENT: '1',
      ...(rails ? { RAILS_ENV: 'production' } : { RACK_ENV: 'production' }),
    },
  };
  const lockFiles = [
    'Gemfile',
    ...(lock === undefined ? [] : ['Gemfile.lock']),
    ...(place.has('.ruby-version') && /\.ruby-version/.test(place.read('Gemfile') ?? '') ? ['.ruby-version'] : []),
  ];
  return [
    {
      name: 'build',
      base: `ruby:${version.version}`,
      comment: `Ruby ${version.version}: ${version.evidence}. The full image has the compiler that gems with C in them need; the one that ships does not`,
      steps: [
        { kind: 'workdir', path: '/app' },
        lock === undefined ? { ...environment, variables: { BUNDLE_WITHOUT: 'development:test' } } : environment,
        {
          kind: 'copy',
          comment: 'What says which gems are needed comes first: a change of the sources alone then installs nothing',
          sources: lockFiles,
          destination: './',
        },
        {
          kind: 'run',
          comment: 'The downloaded packages are not needed again',
          commands: ['bundle install', 'rm -rf "$BUNDLE_PATH"/ruby/*/cache vendor/bundle/ruby/*/cache'],
        },
        {
          kind: 'copy',
          comment: 'The sources, without what .dockerignore leaves out',
          sources: ['.'],
          destination: '.',
        },
        ...compile,
      ],
    },
    {
      name: undefined,
      base: `ruby:${version.version}-slim`,
      comment: 'The image that ships: the runtime, the gems, the sources',
      steps: [
        { kind: 'workdir', path: '/app' },
        ...(run.length > 0
          ? [
              {
                kind: 'run' as const,
                comment: `Libraries that gems load as they run: ${gems.join(', ')}`,
                commands: [
                  'apt-get update',
                  `apt-get install --yes --no-install-recommends ${run.join(' ')}`,
                  'rm -rf /var/lib/apt/lists/*',
                ],
              },
            ]
          : []),
        ...(lock === undefined
          ? [{ kind: 'copy' as const, from: 'build', sources: ['/usr/local/bundle'], destination: '/usr/local/bundle' }]
          : []),
        {
          kind: 'copy',
          from: 'build',
          sources: ['/app'],
          destination: '/app',
          // Rails writes below its own directory.
          ...(rails && { owner: '10001:10001' }),
        },
      ],
    },
  ];
}
