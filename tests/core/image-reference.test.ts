import { describe, expect, test } from 'vitest';
import { familiarName, parseImageReference } from '../../src/core/image-reference.ts';

const digest = `sha256:${'0123456789abcdef'.repeat(4)}`;

describe('references', () => {
  test.each([
    ['node', 'docker.io library/node - -', 'node'],
    ['node:20-alpine', 'docker.io library/node 20-alpine -', 'node'],
    ['docker.io/node', 'docker.io library/node - -', 'node'],
    ['index.docker.io/library/node:1', 'docker.io library/node 1 -', 'node'],
    ['bitnami/redis', 'docker.io bitnami/redis - -', 'bitnami/redis'],
    ['localhost/x', 'localhost x - -', 'localhost/x'],
    ['localhost:5000/team/app:1.0', 'localhost:5000 team/app 1.0 -', 'localhost:5000/team/app'],
    ['[::1]:5000/app', '[::1]:5000 app - -', '[::1]:5000/app'],
    ['ghcr.io/a/b__c/d--e:_x', 'ghcr.io a/b__c/d--e _x -', 'ghcr.io/a/b__c/d--e'],
    [`node@${digest}`, `docker.io library/node - ${digest}`, 'node'],
    [`node:20@${digest}`, `docker.io library/node 20 ${digest}`, 'node'],
    ['UPPER/x', 'UPPER x - -', 'UPPER/x'],
  ])('%s', (text, expected, familiar) => {
    const read = parseImageReference(text);
    expect(read && [read.registry, read.repository, read.tag ?? '-', read.digest ?? '-'].join(' ')).toBe(expected);
    expect(read && familiarName(read)).toBe(familiar);
  });

  test.each([
    '',
    'Node',
    'node:',
    'node: 20',
    'node:-x',
    '-node',
    'a//b',
    'a/',
    'node@sha256:abc',
    `node@sha256:${'A'.repeat(64)}`,
    '$IMAGE',
    '${A}:1',
    'a__b___c',
    'f'.repeat(256),
    'a'.repeat(64),
    `x:${'t'.repeat(129)}`,
  ])('no reference: %s', (text) => {
    expect(parseImageReference(text)).toBeUndefined();
  });

  test('takes linear time', () => {
    const begun = performance.now();
    for (const part of ['a', '-', 'a-', 'a_', 'a.', '/a']) parseImageReference(part.repeat(2000));
    expect(performance.now() - begun).toBeLessThan(200);
  });
});
