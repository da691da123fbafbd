import { describe, expect, test } from 'vitest';
import { tracesOfRun } from '../../src/ecosystems/cleanup.ts';
import { commandsOf } from './command-of.ts';

function left(script: string, mounts: readonly string[] = [], environment: Record<string, string> = {}): string[] {
  const traces = tracesOfRun(commandsOf(script), { mounts, environment: new Map(Object.entries(environment)) });
  return traces.map(({ cache, gone }) => `${cache.path} ${gone ?? 'stays'}`);
}

describe('what a RUN leaves behind', () => {
  test.each([
    ['apt-get update', ['/var/lib/apt/lists stays']],
    ['apt-get update && apt-get install -y curl', ['/var/lib/apt/lists stays', '/var/cache/apt image']],
    [
      'apt-get update && apt-get install -y curl && rm -rf /var/lib/apt/lists/*',
      ['/var/lib/apt/lists removed', '/var/cache/apt image'],
    ],
    ['apt-get update && rm -rf /var/lib/apt/lists/* && apt-get update', ['/var/lib/apt/lists stays']],
    ['apt-get update; apt-get clean; rm -r /var/lib/apt/lists /var/cache/apt/archives', ['/var/lib/apt/lists removed']],
    ['apt-get update; rm -rf /var/lib/{apt,dpkg,cache,log}/', ['/var/lib/apt/lists removed']],
    ['apt-get update; rm -rf /var/lib/apt/lists/partial', ['/var/lib/apt/lists stays']],
    ['apt-get update; rm -rf /var/lib/apt/lists/*_*', ['/var/lib/apt/lists removed']],
    ['apt-get update; find /var/lib/apt/lists -type f -delete', ['/var/lib/apt/lists removed']],
    ['apt-get update; find /var/lib/apt/lists -type f', ['/var/lib/apt/lists stays']],
    ['apt-get update; sh -c "rm -rf /var/lib/apt/lists/*"', ['/var/lib/apt/lists removed']],
    ['apt-get distclean; apt-get update; apt-get distclean', ['/var/lib/apt/lists removed']],
    ['apk add curl', ['/var/cache/apk stays']],
    ['apk add --no-cache curl', ['/var/cache/apk option']],
    ['apk update && apk add --no-cache curl', ['/var/cache/apk stays']],
    ['apk add curl && rm -rf /var/cache/apk/*', ['/var/cache/apk removed']],
    ['apk add curl && rm -rf /var/cache/*', ['/var/cache/apk removed']],
    ['yum install -y x && yum clean all', ['/var/cache/yum removed']],
    ['yum install -y x && rm -rf /var/cache/dnf', ['/var/cache/yum removed']],
    ['yum install -y x && yum clean packages', ['/var/cache/yum stays']],
    ['yum install -y x && yum clean metadata', ['/var/cache/yum removed']],
    ['dnf install -y x', ['/var/cache/dnf stays']],
    ['dnf -y up-min', ['/var/cache/dnf stays']],
    ['dnf -y rei x', ['/var/cache/dnf stays']],
    ['dnf module install -y nodejs:20', ['/var/cache/dnf stays']],
    ['dnf module enable -y nodejs:20', []],
    ['dnf install -y x && rm -rf /var/cache/libdnf5', ['/var/cache/dnf removed']],
    ['microdnf install x; microdnf clean all', ['/var/cache/yum removed']],
    ['npm ci', ['~/.npm stays']],
    ['npm ci && npm cache clean --force', ['~/.npm removed']],
    ['npm ci && rm -rf /root/.npm', ['~/.npm removed']],
    ['npm ci && rm -rf $HOME/.npm', ['~/.npm removed']],
    ['npm ci && rm -rf ~/.npm/_cacache', ['~/.npm stays']],
    ['npm run build', []],
    ['yarn install && yarn cache clean', ['~/.cache/yarn removed']],
    ['yarn install --cache-folder /tmp/y', ['~/.cache/yarn option']],
    ['pip install x', ['~/.cache/pip stays']],
    ['pip install --no-cache-dir x', ['~/.cache/pip option']],
    ['PIP_NO_CACHE_DIR=1 pip install x', ['~/.cache/pip environment']],
    ['export PIP_NO_CACHE_DIR=1 && pip install x', ['~/.cache/pip environment']],
    ['pip install x && export PIP_NO_CACHE_DIR=1', ['~/.cache/pip stays']],
    ['pip install x && rm -rf /root/.cache', ['~/.cache/pip removed']],
    ['pip install --no-cache-dir x; pip install y', ['~/.cache/pip stays']],
    ['uv sync', ['~/.cache/uv stays']],
    ['conda install -y x && conda clean -afy', ['/opt/conda/pkgs removed']],
    ['go build . && rm -rf $GOPATH/pkg', ['/go/pkg/mod removed', '~/.cache/go-build stays']],
    ['go mod download && go clean -modcache', ['/go/pkg/mod removed']],
  ])('%s', (script, expected) => {
    expect(left(script)).toEqual(expected);
  });

  test.each([
    ['apt-get update', ['/var/lib/apt'], {}, ['/var/lib/apt/lists mount']],
    ['dnf install -y x', ['/var/cache/libdnf5'], {}, ['/var/cache/dnf mount']],
    ['dnf install -y x', ['/var/cache/yum'], {}, ['/var/cache/dnf stays']],
    ['npm ci', ['/root/.npm'], {}, ['~/.npm mount']],
    ['npm ci', ['/root/.cache'], {}, ['~/.npm stays']],
    ['pip install x', [], { PIP_NO_CACHE_DIR: '1' }, ['~/.cache/pip environment']],
    ['pip install x', [], { PIP_NO_CACHE_DIR: '' }, ['~/.cache/pip stays']],
    ['npm ci && rm -rf /tmp/*', [], { npm_config_cache: '/tmp/npm' }, ['~/.npm removed']],
    ['npm ci && rm -rf /opt', [], { npm_config_cache: '/tmp/npm' }, ['~/.npm stays']],
    ['yarn', ['/cache'], { YARN_CACHE_FOLDER: '/cache/yarn' }, ['~/.cache/yarn environment']],
  ])('%s with mounts %j and environment %j', (script, mounts, environment, expected) => {
    expect(left(script, mounts, environment)).toEqual(expected);
  });
});
