import { describe, expect, test } from 'vitest';
import { csvFields } from '../../../src/dockerfile/reference/csv-fields.ts';
import { readExposedPort } from '../../../src/dockerfile/reference/exposed-port.ts';
import { fileModeFault } from '../../../src/dockerfile/reference/file-mode.ts';
import { remoteSource } from '../../../src/dockerfile/reference/git-source.ts';
import {
  isByteSize,
  parseGoBoolean,
  parseGoDuration,
  parseGoInteger,
  parseGoUnsigned,
} from '../../../src/dockerfile/reference/go-number.ts';
import { depthOf, imagePathFault, isAbsoluteInImage } from '../../../src/dockerfile/reference/image-path.ts';
import { imageReferenceFault, isDigest } from '../../../src/dockerfile/reference/image-reference.ts';
import { parsePlatform } from '../../../src/dockerfile/reference/platform.ts';
import { isSecretName } from '../../../src/dockerfile/reference/secret-name.ts';
import { isStopSignal } from '../../../src/dockerfile/reference/stop-signal.ts';

const sha256 = `sha256:${'0a'.repeat(32)}`;

describe('names of images', () => {
  test.each([
    'alpine',
    'alpine:3.22',
    'docker.io/library/alpine',
    'ghcr.io/owner/name:v1.2.3',
    'localhost/name',
    'localhost:5000/name:tag',
    'Registry.Example/name',
    '[::1]:5000/name',
    'a__b/c--d.e',
    'my_reg.io/name',
    `alpine@${sha256}`,
    `alpine:3.22@${sha256}`,
    `${'a'.repeat(247)}`,
  ])('%s is valid', (reference) => {
    expect(imageReferenceFault(reference)).toBeUndefined();
  });

  test.each([
    ['', 'empty'],
    ['Alpine', 'capital letters'],
    ['owner/Name', 'capital letters'],
    ['alpine:', 'colon'],
    ['alpine:-1', 'tag'],
    [`alpine:${'a'.repeat(129)}`, 'tag'],
    ['a___b', 'not valid'],
    ['_a', 'not valid'],
    ['a//b', 'not valid'],
    ['a/', 'empty'],
    ['/a', 'not valid'],
    ['host:port/name', 'host name'],
    ['-host.example/name', 'host name'],
    ['alpine@sha256:abc', 'digest'],
    [`alpine@${sha256.toUpperCase()}`, 'capital letters'],
    ['0a'.repeat(32), 'image id'],
    ['a'.repeat(250), '255'],
  ])('%s is not valid', (reference, why) => {
    expect(imageReferenceFault(reference)).toContain(why);
  });

  test('digests have the length of their algorithm, in lower case', () => {
    expect(isDigest(sha256)).toBe(true);
    expect(isDigest(`sha512:${'0'.repeat(128)}`)).toBe(true);
    expect(isDigest(`sha512:${'0'.repeat(64)}`)).toBe(false);
    expect(isDigest(`md5:${'0'.repeat(32)}`)).toBe(false);
    expect(isDigest(`sha256:${'A'.repeat(64)}`)).toBe(false);
  });
});

describe('platforms', () => {
  test.each([
    ['linux/amd64', 'linux', 'amd64'],
    ['linux', 'linux', 'amd64'],
    ['arm64', 'linux', 'arm64'],
    ['macos', 'darwin', 'amd64'],
    ['linux/aarch64', 'linux', 'arm64'],
    ['linux/arm/v7', 'linux', 'arm'],
    ['windows(10.0.17763)/amd64', 'windows', 'amd64'],
    ['invented/unheard', 'invented', 'unheard'],
  ])('%s', (specifier, os, architecture) => {
    expect(parsePlatform(specifier)).toEqual({ os, architecture });
  });

  test.each(['', 'invented', 'linux/', 'linux/*', 'linux/arm/v7/x', 'linux amd64', 'windows(%zz)/amd64'])(
    '%s is none',
    (specifier) => {
      expect(parsePlatform(specifier)).toBeUndefined();
    },
  );
});

describe('numbers as Go reads them', () => {
  test.each([
    ['0', 0n],
    ['-7', -7n],
    ['+7', 7n],
    ['007', 7n],
    ['9223372036854775807', 9223372036854775807n],
    ['9223372036854775808', undefined],
    ['1e3', undefined],
    ['', undefined],
    [' 1', undefined],
  ])('integer %j', (text, value) => {
    expect(parseGoInteger(text)).toBe(value);
  });

  test('unsigned numbers have no sign and fit into 32 bits', () => {
    expect(parseGoUnsigned('755', 8)).toBe(0o755);
    expect(parseGoUnsigned('8', 8)).toBeUndefined();
    expect(parseGoUnsigned('+1', 10)).toBeUndefined();
    expect(parseGoUnsigned('4294967295', 10)).toBe(4294967295);
    expect(parseGoUnsigned('4294967296', 10)).toBeUndefined();
  });

  test.each([
    ['T', true],
    ['0', false],
    ['yes', undefined],
    ['tRUE', undefined],
  ])('boolean %s', (text, value) => {
    expect(parseGoBoolean(text)).toBe(value);
  });

  test.each([
    ['30s', 30e9],
    ['1h2m3s', 3723e9],
    ['1.5s', 1.5e9],
    ['.5s', 0.5e9],
    ['0', 0],
    ['-1ms', -1e6],
    ['30', undefined],
    ['', undefined],
    ['s', undefined],
    ['1d', undefined],
    ['3000000h', undefined],
  ])('duration %j', (text, value) => {
    expect(parseGoDuration(text)).toBe(value);
  });

  test.each([
    ['64m', true],
    ['1.5 GiB', true],
    ['10', true],
    ['1KB', true],
    ['-1', false],
    ['m', false],
    ['1mib2', false],
    ['1xb', false],
  ])('size %s', (text, valid) => {
    expect(isByteSize(text)).toBe(valid);
  });
});

describe('values of flags and instructions', () => {
  test.each([
    ['755', undefined],
    ['07777', undefined],
    ['u+x', undefined],
    ['a=rwx,go-w', undefined],
    ['u=rwX,g=u', undefined],
    ['10000', 'more than 7777'],
    ['799', 'octal'],
    ['u', 'chmod'],
    ['u+x,', 'chmod'],
    ['+rq', 'chmod'],
  ])('--chmod=%s', (mode, why) => {
    if (why === undefined) expect(fileModeFault(mode)).toBeUndefined();
    else expect(fileModeFault(mode)).toContain(why);
  });

  test.each([
    ['SIGTERM', true],
    ['term', true],
    ['15', true],
    ['99', true],
    ['SIGRTMIN+15', true],
    ['RTMAX-14', true],
    ['0', false],
    ['RTMIN+16', false],
    ['RTMAX-15', false],
    ['SIGNOTHING', false],
    ['', false],
  ])('STOPSIGNAL %s', (signal, valid) => {
    expect(isStopSignal(signal)).toBe(valid);
  });

  test.each([
    ['80', undefined],
    ['80/UDP', undefined],
    ['8000-8010/sctp', undefined],
    ['127.0.0.1:8080:80', undefined],
    ['[::1]:80:80', undefined],
    ['8000-8002:80', undefined],
    ['', 'no port'],
    ['/tcp', 'no port'],
    ['80/icmp', 'no protocol'],
    ['http', "'http' is no port"],
    ['65536', 'no port'],
    ['90-80', 'no port'],
    ['1.2.3:80:80', 'no IP address'],
    ['80-81:80-85', 'differ'],
  ])('EXPOSE %s', (port, why) => {
    const { fault } = readExposedPort(port);
    if (why === undefined) expect(fault).toBeUndefined();
    else expect(fault).toContain(why);
  });

  test.each([
    ['https://example.org/file.tar.gz', 'http'],
    ['https://example.org/repo.git', 'git'],
    ['https://example.org/repo.git#v1:sub', 'git'],
    ['git@example.org:owner/repo', 'git'],
    ['git://example.org/repo', 'git'],
    ['ssh://git@example.org/repo', 'git'],
    ['./git@example.org:x', undefined],
    ['ftp://example.org/file', undefined],
    ['github.com/owner/repo', undefined],
    ['src/', undefined],
  ])('ADD %s', (source, kind) => {
    expect(remoteSource(source)?.kind).toBe(kind);
  });

  test.each([
    ['?ref=main', undefined],
    ['?submodules=false&keep-git-dir', undefined],
    ['?branch=a&tag=b', 'both'],
    ['?what=1', 'unknown'],
    ['?ref=', 'no value'],
    ['?submodules=maybe', 'true or false'],
    ['?subdir=a&subdir=b', 'more than once'],
  ])('a repository with %s', (query, why) => {
    const source = remoteSource(`https://example.org/repo.git${query}`);
    const fault = source?.kind === 'git' ? source.fault : 'no repository';
    if (why === undefined) expect(fault).toBeUndefined();
    else expect(fault).toContain(why);
  });

  test.each([
    ['a,b=c', ['a', 'b=c']],
    ['"a,b",c', ['a,b', 'c']],
    ['"a""b"', ['a"b']],
    ['a,', ['a', '']],
    ['', undefined],
    ['a"b', undefined],
    ['"a', undefined],
    ['"a"b', undefined],
  ])('fields of %j', (line, fields) => {
    expect(csvFields(line)).toEqual(fields);
  });

  test.each([
    ['API_KEY', true],
    ['password', true],
    ['GITHUB_TOKEN', true],
    ['KEYBOARD', false],
    ['PASSWORD_FILE', false],
    ['PUBLIC_KEY', false],
    ['MONKEY', false],
  ])('%s is named like a secret: %s', (name, secret) => {
    expect(isSecretName(name)).toBe(secret);
  });

  test('paths in images for Windows stay on the drive C', () => {
    expect(imagePathFault('D:\\x', 'windows')).toContain('C:');
    expect(imagePathFault('\\\\server\\x', 'windows')).toContain('network');
    expect(imagePathFault('D:\\x', 'linux')).toBeUndefined();
    expect(isAbsoluteInImage('C:\\x', 'windows')).toBe(true);
    expect(isAbsoluteInImage('C:x', 'windows')).toBe(false);
    expect(isAbsoluteInImage('C:\\x', 'linux')).toBe(false);
  });

  test('depth below the root follows dots', () => {
    expect(depthOf('/a/b', 0)).toBe(2);
    expect(depthOf('../..', 1)).toBe(0);
    expect(depthOf('./a/../b', 1)).toBe(2);
  });
});
