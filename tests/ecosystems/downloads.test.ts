import { describe, expect, test } from 'vitest';
import { readArchive, verifiesFile } from '../../src/ecosystems/archives.ts';
import { readDownload } from '../../src/ecosystems/downloads.ts';
import { commandOf } from './command-of.ts';

function summary(text: string): string {
  const read = readDownload(commandOf(text));
  if (!read) return 'none';
  const names = ['failsOnError', 'followsRedirects', 'insecure', 'quiet', 'sends'] as const;
  const urls = read.urls.map((word) => word.value).join(',');
  const output = read.outputWord ? `${read.output}=${read.outputWord.value}` : read.output;
  return [read.tool, urls, output, ...names.filter((name) => read[name])].join(' ');
}

describe('downloads', () => {
  test.each([
    ['curl https://a/b', 'curl https://a/b stdout'],
    ['curl -fsSL https://a/b | bash', 'curl https://a/b stdout failsOnError followsRedirects quiet'],
    ['curl -fsSLo /tmp/x.tgz https://a/b', 'curl https://a/b file=/tmp/x.tgz failsOnError followsRedirects quiet'],
    ['curl -sLO "https://a/$V.tgz"', 'curl https://a/$V.tgz remote-name followsRedirects quiet'],
    ['curl -k -H "X: y" https://a > out', 'curl https://a file=out insecure'],
    ['curl --url https://a -o - 2> /dev/null', 'curl https://a stdout=-'],
    ['curl -f -X POST -d @x https://a', 'curl https://a stdout failsOnError sends'],
    ['curl -sSf --retry 3 --proto =https https://a', 'curl https://a stdout failsOnError quiet'],
    ['wget https://a/b', 'wget https://a/b remote-name failsOnError followsRedirects'],
    ['wget -qO- https://a/b', 'wget https://a/b stdout=- failsOnError followsRedirects quiet'],
    ['wget -nv -O /x https://a', 'wget https://a file=/x failsOnError followsRedirects quiet'],
    [
      'wget --progress=dot:giga --no-check-certificate https://a',
      'wget https://a remote-name failsOnError followsRedirects insecure quiet',
    ],
    ['git clone --depth 1 -b v1 https://a/b.git /src', 'git https://a/b.git file=/src failsOnError followsRedirects'],
    [
      'git -c http.sslVerify=false clone -q https://a',
      'git https://a remote-name failsOnError followsRedirects insecure quiet',
    ],
    ['git commit -m x', 'none'],
    ['echo curl', 'none'],
  ])('%s', (text, expected) => {
    expect(summary(text)).toBe(expected);
  });

  test('a clone tells its depth and revision', () => {
    const read = readDownload(commandOf('git clone --depth=1 --branch v1.2 https://a/b.git'));
    expect([read?.depth, read?.revision]).toEqual(['1', 'v1.2']);
  });
});

describe('archives', () => {
  test.each([
    ['tar xzf a.tgz -C /opt --strip-components=1', 'extract a.tgz /opt'],
    ['tar -xzf a.tgz', 'extract a.tgz -'],
    ['tar -C /opt -xz', 'extract stdin /opt'],
    ['tar -xJf - ', 'extract stdin -'],
    ['tar --extract --file=a.tar --directory /x', 'extract a.tar /x'],
    ['tar czf out.tgz dir', 'create out.tgz -'],
    ['tar -tf a.tar', 'list a.tar -'],
    ['unzip -q a.zip -d /opt', 'extract a.zip /opt'],
    ['gunzip a.gz', 'extract a.gz -'],
    ['cat a.gz', 'none'],
  ])('%s', (text, expected) => {
    const read = readArchive(commandOf(text));
    const archive = read?.fromStdin ? 'stdin' : read?.archive?.value;
    expect(read ? `${read.action} ${archive} ${read.directory?.value ?? '-'}` : 'none').toBe(expected);
  });

  test.each([
    ['sha256sum -c x.sha256', true],
    ['sha512sum --check --strict', true],
    ['sha256sum x', false],
    ['gpg --batch --verify x.asc x', true],
    ['gpg --import x', false],
  ])('%s verifies: %s', (text, expected) => {
    expect(verifiesFile(commandOf(text))).toBe(expected);
  });
});
