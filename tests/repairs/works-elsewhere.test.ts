import { expect, test } from 'vitest';
import { packageCommands } from '../../src/dockerfile/package-commands.ts';
import { parseDockerfile } from '../../src/dockerfile/parse-dockerfile.ts';
import { unknownWords, worksElsewhere } from '../../src/repairs/works-elsewhere.ts';

function install(steps: string) {
  const text = `FROM scratch\nWORKDIR /app\nCOPY . .\n${steps}\n`;
  const dockerfile = parseDockerfile({ path: 'Dockerfile', text, encoding: 'utf-8' });
  const placed = packageCommands(dockerfile).find(({ read }) => /^(?:install-project|build)$/.test(read.action));
  if (placed === undefined) throw new Error(`no install in ${steps}`);
  return { dockerfile, placed };
}

test.each([
  'RUN npm ci --prefix client',
  'RUN npm ci -C client',
  'RUN yarn --cwd client install',
  'RUN pnpm -C client install',
  'RUN poetry install --no-root -C client',
  'RUN poetry install --no-root -C=client',
  'RUN poetry -P client install --no-root',
  'RUN uv sync --project client',
  'RUN composer -dclient install',
  'RUN composer install -dclient --no-dev',
  'ENV COMPOSER=client/composer.json\nRUN composer install',
  'ARG COMPOSER\nRUN composer install',
  'RUN COMPOSER=client/composer.json composer install --no-dev',
  'RUN env COMPOSER=client/composer.json composer install',
  'RUN export COMPOSER=client/composer.json && composer install',
  'RUN env -C client npm ci',
  'RUN bundle install --gemfile=client/Gemfile',
  'ENV BUNDLE_GEMFILE=client/Gemfile\nRUN bundle install',
  'RUN bundle config set gemfile client/Gemfile && bundle install',
  'ENV PIPENV_PIPFILE=client/Pipfile\nRUN pipenv install --deploy',
  'ENV UV_PROJECT=client\nRUN uv sync',
  'ENV PIP_CONSTRAINT=constraints.txt\nRUN pip install -r requirements.txt',
  'RUN go mod download -modfile=client/go.mod',
  'ENV GOFLAGS="-mod=mod -modfile=client/go.mod"\nRUN go mod download',
  'ENV GOWORK=/app/go.work\nRUN go mod download',
  'RUN cargo build --manifest-path client/Cargo.toml',
  'RUN mvn -fclient/pom.xml package',
  'RUN gradle -pclient build',
])('is told to work elsewhere: %s', (steps) => {
  const { dockerfile, placed } = install(steps);
  expect(worksElsewhere(dockerfile, placed)).toBe(true);
});

test.each([
  'RUN npm ci --omit=dev --no-audit --no-fund',
  'RUN npm install --production --unsafe-perm --loglevel=warn',
  'RUN yarn install --frozen-lockfile --network-timeout 600000',
  'RUN pnpm install --frozen-lockfile --prod',
  'RUN pip install --no-cache-dir -U -q -r requirements.txt --find-links https://example.com/wheels',
  'RUN poetry install --no-root --only main --no-interaction --no-ansi',
  'RUN uv sync --frozen --no-dev --no-install-project',
  'RUN pipenv install --system --deploy',
  'ENV BUNDLE_GEMFILE=/app/Gemfile BUNDLE_JOBS=4\nRUN bundle install -j "$(nproc)" --without development test',
  'RUN COMPOSER=composer.json composer install --no-dev -n -o --prefer-dist',
  'ENV GOFLAGS=-mod=mod GOWORK=off\nRUN go mod download -x',
  'ENV NPM_CONFIG_PREFIX=/home/node/.npm-global\nRUN npm ci',
  'RUN mvn -B -fae package',
  'RUN cargo build --release --locked',
])('works where it is started, by what is known: %s', (steps) => {
  const { dockerfile, placed } = install(steps);
  expect(worksElsewhere(dockerfile, placed)).toBe(false);
  expect(unknownWords(placed)).toEqual([]);
});

test.each([
  ['RUN npm ci $OPTIONS', '$OPTIONS'],
  ['RUN npm ci --userconfig=client/.npmrc', '--userconfig=client/.npmrc'],
  ['RUN pip install -r requirements.txt --find-links=wheels', '--find-links=wheels'],
  ['RUN bundle install --local', '--local'],
])('may read something else: %s', (steps, word) => {
  expect(unknownWords(install(steps).placed)).toEqual([word]);
});
