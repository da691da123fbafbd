import type { Place } from '../detector.ts';
import { port } from '../detectors/php.ts';
import type { ImageStage, Step } from '../plan.ts';
import type { ApacheModule } from './apache-modules.ts';
import { libraries } from './php-frameworks.ts';
import type { ChosenVersion } from './versions.ts';

export function stagesOf(
  place: Place,
  composer: string | undefined,
  version: ChosenVersion,
  extensions: readonly string[],
  {
    page = 'index.php',
    owned,
    modules,
  }: {
    readonly page: string | undefined;
    readonly owned: readonly string[];
    readonly modules: readonly ApacheModule[];
  },
): ImageStage[] {
  const build = [...new Set(extensions.flatMap((name) => libraries[name]?.build ?? []))].sort();
  const lock = place.has('composer.lock');
  const packages: ImageStage[] =
    composer === undefined
      ? []
      : [
          {
            name: 'packages',
            base: 'composer:2',
            comment: 'Packages, without those for development. Extensions are in the image that ships, not in this one',
            steps: [
              { kind: 'workdir', path: '/app' },
              {
                kind: 'copy',
                comment:
                  'What says which packages are needed comes first: a change of the sources alone then installs nothing',
                sources: [
                  'composer.json',
                  ...(lock ? ['composer.lock'] : []),
                  ...(place.has('symfony.lock') ? ['symfony.lock'] : []),
                ],
                destination: './',
              },
              {
                kind: 'run',
                mounts: ['type=cache,target=/tmp/cache'],
                commands: [
                  'composer install --no-dev --no-interaction --no-progress --no-scripts --no-autoloader --prefer-dist --ignore-platform-reqs',
                ],
              },
              { kind: 'copy', sources: ['.'], destination: '.' },
              {
                kind: 'run',
                comment: 'The classes of the sources are found without looking for files',
                commands: ['composer dump-autoload --no-dev --no-scripts --optimize --ignore-platform-reqs'],
              },
            ],
          },
        ];
  const install: Step[] =
    extensions.length === 0
      ? []
      : [
          {
            kind: 'run',
            comment: `Extensions that composer.json, the framework or the sources ask for. The libraries that they are compiled with stay: they are loaded from there`,
            commands: [
              ...(build.length > 0
                ? ['apt-get update', `apt-get install --yes --no-install-recommends ${build.join(' ')}`]
                : []),
              `docker-php-ext-install -j"$(nproc)" ${extensions.join(' ')}`,
              ...(build.length > 0 ? ['rm -rf /var/lib/apt/lists/*'] : []),
            ],
          },
        ];
  return [
    ...packages,
    {
      name: undefined,
      base: `php:${version.version}-apache`,
      comment: `PHP ${version.version}: ${version.evidence}`,
      steps: [
        { kind: 'workdir', path: '/var/www/html' },
        ...install,
        ...(modules.length === 0
          ? []
          : [
              {
                kind: 'run' as const,
                comment: `Modules of Apache whose directives stand in ${modules.map(({ evidence }) => evidence).join(', ')}`,
                commands: [`a2enmod ${modules.map(({ name }) => name).join(' ')}`],
              },
            ]),
        {
          kind: 'run',
          comment: `Port ${place.choices.port ?? port}, which needs no rights; addresses that are no file go to ${page}; settings for production`,
          commands: [
            `sed -i 's/Listen 80$/Listen ${place.choices.port ?? port}/' /etc/apache2/ports.conf`,
            `sed -i 's/:80>/:${place.choices.port ?? port}>/; s|/var/www/html|\${APACHE_DOCUMENT_ROOT}|' /etc/apache2/sites-available/000-default.conf`,
            `printf '%s\\n' 'ServerName localhost' ${page === 'index.php' ? '' : `'DirectoryIndex ${page}' `}'FallbackResource /${page}' >> /etc/apache2/conf-available/docker-php.conf`,
            'mv "$PHP_INI_DIR/php.ini-production" "$PHP_INI_DIR/php.ini"',
          ],
        },
        composer === undefined
          ? {
              kind: 'copy',
              comment: 'They belong to root: the program runs as another user and cannot change itself',
              sources: ['.'],
              destination: '.',
            }
          : {
              kind: 'copy',
              comment: 'They belong to root: the program runs as another user and cannot change itself',
              from: 'packages',
              sources: ['/app'],
              destination: './',
            },
        ...owned.map(
          (path): Step => ({
            kind: 'copy',
            comment: 'What the program writes: in Kubernetes a volume is mounted there',
            ...(composer !== undefined && { from: 'packages' }),
            sources: [composer === undefined ? path : `/app/${path}`],
            destination: `./${path}/`,
            owner: '33:33',
          }),
        ),
      ],
    },
  ];
}
