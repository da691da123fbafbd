import { describe, expect, test } from 'vitest';
import { type PackageCommand, readPackageCommand } from '../../src/ecosystems/package-command.ts';
import { commandOf } from './command-of.ts';

/** `tool action name[version pin] … +option +option`: all that a row needs to say. */
function summary(text: string): string {
  const read = readPackageCommand(commandOf(text));
  if (!read) return 'none';
  const packages = read.packages.map(({ name, version, pin, kind }) => {
    const detail = [kind === 'registry' ? undefined : kind, pin === 'none' ? undefined : pin, version].filter(Boolean);
    return detail.length === 0 ? name : `${name}[${detail.join(' ')}]`;
  });
  return [read.tool, read.action, ...packages, ...options(read)].join(' ');
}

function options(read: PackageCommand): string[] {
  const names = ['noCache', 'noRecommends', 'omitDevelopment', 'frozen', 'ignoreScripts', 'global'] as const;
  const found = names.filter((name) => read[name]).map((name) => `+${name}`);
  if (!read.assumeYes) found.unshift('+asks');
  if (read.virtual !== undefined) found.push(`+virtual=${read.virtual}`);
  return found;
}

const rows: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  apt: {
    'apt-get update': 'apt-get update-index +asks',
    'apt-get install -y curl': 'apt-get install curl',
    'apt-get -y install curl': 'apt-get install curl',
    'apt-get install curl': 'apt-get install curl +asks',
    'apt-get -qq install curl': 'apt-get install curl',
    'apt-get install -q -q curl': 'apt-get install curl',
    'apt-get install -q=2 curl': 'apt-get install curl',
    'apt-get install -qy --no-install-recommends curl=7.88* gnupg=2.2.40-1.1':
      'apt-get install curl[range 7.88*] gnupg[exact 2.2.40-1.1] +noRecommends',
    'apt-get -o APT::Install-Recommends=0 -y install g++ libc6:i386': 'apt-get install g++ libc6 +noRecommends',
    'apt-get -o Dpkg::Options::=--force-confold install --assume-yes -t bookworm-backports golang/bookworm':
      'apt-get install golang[moving bookworm]',
    'apt install -y ./x.deb /tmp/*.deb': 'apt install ./x.deb[file] /tmp/*.deb[file]',
    'apt-get install -y $PKGS nodejs=$NODE_VERSION':
      'apt-get install $PKGS[unknown unknown] nodejs[exact $NODE_VERSION]',
    'apt-get -y dist-upgrade': 'apt-get dist-upgrade',
    'apt-get purge -y --auto-remove gcc': 'apt-get remove gcc',
    'apt-get clean': 'apt-get clean-cache +asks',
    'sudo DEBIAN_FRONTEND=noninteractive apt-get install --yes vim': 'apt-get install vim',
    'dpkg -i foo.deb': 'dpkg install foo.deb[file]',
    'apt-cache search x': 'none',
  },
  apk: {
    'apk --no-cache add curl': 'apk install curl +noCache',
    'apk add --no-cache --virtual .build-deps gcc musl-dev': 'apk install gcc musl-dev +noCache +virtual=.build-deps',
    'apk add -U -t build gcc': 'apk install gcc +virtual=build',
    'apk add nodejs=18.14.2-r0 npm~9 "git>2.40" foo@edge=~1.2 !bar':
      'apk install nodejs[exact 18.14.2-r0] npm[range ~9] git[range >2.40] foo[range =~1.2]',
    'apk -X http://dl/edge add foo': 'apk install foo',
    'apk add --repository http://dl/edge --allow-untrusted /tmp/g.apk': 'apk install /tmp/g.apk[file]',
    'apk del .build-deps': 'apk remove .build-deps',
    'apk update': 'apk update-index',
    'apk cache clean': 'apk clean-cache',
  },
  rpm: {
    'yum install -y httpd-2.4.6-97.el7 java-1.8.0-openjdk': 'yum install httpd[exact 2.4.6-97.el7] java-1.8.0-openjdk',
    'dnf -y install --setopt=install_weak_deps=False --nodocs gcc': 'dnf install gcc +noRecommends',
    'dnf install --setopt install_weak_deps=0 -y @development python3.9':
      'dnf install @development[group] python3.9 +noRecommends',
    'yum install https://x/y.rpm': 'yum install https://x/y.rpm[url unknown] +asks',
    'yum -y groupinstall "Development Tools"': 'yum install Development Tools[group]',
    'yum clean all': 'yum clean-cache +asks',
    'dnf module install -y nodejs:20/development php': 'dnf install nodejs[range 20] php',
    'dnf module enable -y nodejs:20': 'dnf other',
    'dnf -y rei curl': 'dnf install curl',
    'microdnf install nodejs-18*': 'microdnf install nodejs[range 18*] +asks',
    'yum -y --enablerepo epel update': 'yum upgrade',
    'zypper -n in --no-recommends git=2.35': 'zypper install git[exact 2.35] +noRecommends',
    'zypper install -y vim': 'zypper install vim',
    'zypper ref': 'zypper update-index +asks',
    'rpm -Uvh https://x/y.rpm': 'rpm install https://x/y.rpm[url unknown]',
  },
  npm: {
    'npm ci --omit=dev': 'npm install-project +omitDevelopment +frozen',
    'npm ci --only production --ignore-scripts': 'npm install-project +omitDevelopment +frozen +ignoreScripts',
    'npm install': 'npm install-project',
    'npm --prefix web install --production=false': 'npm install-project',
    'npm i -g npm@latest pm2@5 typescript@5.1.3':
      'npm install npm[moving latest] pm2[range 5] typescript[exact 5.1.3] +global',
    'npm install --unsafe-perm true @scope/a @scope/b@^1.2': 'npm install @scope/a @scope/b[range ^1.2]',
    'npm i user/repo#v1 git+https://x/y.git ./lib https://x/y.tgz':
      'npm install user/repo#v1[vcs moving v1] git+https://x/y.git[vcs] ./lib[directory] https://x/y.tgz[url unknown]',
    'npm run build -- --prod': 'npm build',
    'npm run start': 'npm run',
    'npm cache clean --force': 'npm clean-cache',
    'npm config set registry x': 'npm other',
    yarn: 'yarn install-project',
    'yarn --frozen-lockfile --production': 'yarn install-project +omitDevelopment +frozen',
    'yarn install --immutable --mode=skip-build': 'yarn install-project +frozen +ignoreScripts',
    'yarn global add serve@14.2.0': 'yarn install serve[exact 14.2.0] +global',
    'yarn build': 'yarn build',
    'yarn cache clean': 'yarn clean-cache',
    'yarn --cwd web lint': 'yarn run',
    'yarn config set x y': 'yarn other',
    'corepack yarn install': 'yarn install-project',
    'pnpm i --frozen-lockfile --prod': 'pnpm install-project +omitDevelopment +frozen',
    'pnpm -F web build': 'pnpm build',
    'pnpm add -g turbo': 'pnpm install turbo +global',
    'pnpm store prune': 'pnpm clean-cache',
    'bun install --frozen-lockfile': 'bun install-project +frozen',
    'npx -y tsc@5 -p .': 'npx run tsc[range 5]',
    'npx tsc --yes': 'npx run tsc +asks',
  },
  pip: {
    'pip install --no-cache-dir -r requirements.txt':
      'pip install-project requirements.txt[requirements-file unknown] +noCache',
    'pip3.11 install flask==2.0.1 "uvicorn[standard]>=0.20,<1" requests':
      'pip install flask[exact 2.0.1] uvicorn[range >=0.20,<1] requests',
    'python3 -m pip install -U pip setuptools': 'pip install pip setuptools',
    'python -u -m pip install -e .': 'pip install-project .[directory]',
    'python setup.py install': 'none',
    'pip install git+https://x/y.git@v1#egg=y https://x/y.whl ./z':
      'pip install git+https://x/y.git@v1#egg=y[vcs moving v1] https://x/y.whl[url unknown] ./z[directory]',
    'pip install packages/core': 'pip install-project packages/core[directory]',
    'pip install torch==2.* --index-url https://x': 'pip install torch[range ==2.*]',
    'pip install foo==$VERSION -c c.txt': 'pip install foo[exact $VERSION] c.txt[constraint-file unknown]',
    'pip uninstall -y foo': 'pip remove foo',
    'pip cache purge': 'pip clean-cache',
    'uv pip install --system --no-cache flask==1.0.0': 'uv install flask[exact 1.0.0] +noCache',
    'uv sync --frozen --no-dev': 'uv install-project +omitDevelopment +frozen',
    'uv pip sync requirements.txt': 'uv install-project requirements.txt[requirements-file]',
    'uv tool install ruff@0.3.0': 'uv install ruff[exact 0.3.0] +global',
    'poetry install --no-interaction --only main': 'poetry install-project +omitDevelopment',
    'poetry install --no-root': 'poetry install-project +asks',
    'pipenv install --system --deploy': 'pipenv install-project +omitDevelopment +frozen',
    'pipenv install --dev': 'pipenv install-project',
    'conda install -y -c conda-forge numpy=1.26.4 scipy': 'conda install numpy[exact 1.26.4] scipy',
    'conda env create -f environment.yml': 'conda install-project environment.yml[requirements-file unknown]',
    'mamba install numpy=1.26': 'mamba install numpy[range =1.26] +asks',
    'conda clean -afy': 'conda clean-cache',
  },
  gem: {
    'gem install bundler:2.4.1 rails -v 7.0': 'gem install bundler[exact 2.4.1] rails[exact 7.0] +global',
    'gem install nokogiri:1.18.0 -- --with-xml2-dir /opt': 'gem install nokogiri[exact 1.18.0] +global',
    'gem install --no-document puma': 'gem install puma +global',
    bundle: 'bundle install-project',
    'bundle install --jobs 4 --without development test --deployment':
      'bundle install-project +omitDevelopment +frozen',
    'bundle exec rake assets:precompile': 'bundle build',
    'bundle config set --local without development': 'bundle other',
  },
  composer: {
    'composer install --no-dev --no-scripts -n': 'composer install-project +omitDevelopment +ignoreScripts',
    'composer install': 'composer install-project +asks',
    'php /usr/bin/composer.phar require -n a/b:^1.2 c/d:1.2.3': 'composer install a/b[range ^1.2] c/d[exact 1.2.3]',
    'composer global require -n x/y': 'composer install x/y +global',
    'composer dump-autoload -o -n': 'composer other',
  },
  go: {
    'go mod download': 'go install-project',
    'go build -o /app -ldflags "-s -w" ./cmd/x': 'go build',
    'go install github.com/x/y@v1.2.3': 'go install github.com/x/y[exact v1.2.3] +global',
    'go install github.com/x/y@latest': 'go install github.com/x/y[moving latest] +global',
    'go install ./...': 'go build ./...[directory]',
    'go get -d -v ./...': 'go install-project ./...[directory]',
    'CGO_ENABLED=0 go build -mod=vendor .': 'go build +frozen',
    'go clean -modcache': 'go clean-cache',
  },
  cargo: {
    'cargo build --release --locked': 'cargo build +frozen',
    'cargo install --locked --version 0.1.2 cargo-chef': 'cargo install cargo-chef[exact 0.1.2] +frozen +global',
    'cargo +nightly install --git https://x/y --rev 0123 y': 'cargo install y[vcs exact 0123] +global',
    'cargo install --path .': 'cargo build +global',
    'cargo chef cook --release': 'cargo install-project',
  },
  maven: {
    'mvn -B -DskipTests clean package': 'mvn build',
    './mvnw dependency:go-offline': 'mvnw install-project',
    'mvn -f pom.xml -s settings.xml org.apache.maven.plugins:maven-dependency-plugin:3.1.1:go-offline':
      'mvn install-project',
    'gradle -x test :app:bootJar --no-daemon': 'gradle build',
    './gradlew dependencies': 'gradlew install-project',
  },
  nuget: {
    'dotnet restore --locked-mode': 'dotnet install-project +frozen',
    'dotnet publish -c Release -o /app /p:UseAppHost=false': 'dotnet build',
    'dotnet tool install -g dotnet-ef --version 7.0.1': 'dotnet install dotnet-ef[exact 7.0.1] +global',
    'dotnet add src/x.csproj package Foo': 'dotnet install Foo',
  },
};

for (const [ecosystem, cases] of Object.entries(rows)) {
  describe(ecosystem, () => {
    test.each(Object.entries(cases))('%s', (text, expected) => {
      expect(summary(text)).toBe(expected);
    });
  });
}

test('the option and package words are places in the text', () => {
  const text = 'apt-get -o Acquire::Retries=3 install -y curl';
  const read = readPackageCommand(commandOf(text));
  expect(read?.packages.map(({ word }) => text.slice(word.range.start, word.range.end))).toEqual(['curl']);
  expect(read?.flags.map(({ name, value }) => [name, value])).toEqual([
    ['option', 'Acquire::Retries=3'],
    ['yes', undefined],
  ]);
  expect(read?.subcommand?.range.start).toBe(text.indexOf('install'));
});
