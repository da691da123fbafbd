import { expect, test } from 'vitest';
import { isAllowedImage, patternFault } from '../../src/core/allowed-image.ts';
import { parseImageReference } from '../../src/core/image-reference.ts';

test.each([
  ['docker.io', 'debian:12'],
  ['docker.io/library/debian', 'debian:12'],
  ['docker.io/library/', 'debian'],
  ['docker.io/library/deb*', 'debian'],
  ['hub.docker.com', 'debian'],
  ['*.example.com', 'a.example.com/b'],
  ['*', 'quay.io/a/b'],
  ['localhost', 'localhost/a'],
  ['localhost:5000/a', 'localhost:5000/a/b:1'],
  ['registry:5000', 'registry:5000/a'],
  ['[::1]:5000', '[::1]:5000/a'],
  ['[::1]/a', '[::1]/a/b'],
  ['REG', 'REG/a'],
])('the pattern %s has %s', (pattern, image) => {
  const reference = parseImageReference(image);
  expect(reference && isAllowedImage(reference, [pattern])).toBe(true);
  expect(patternFault(pattern)).toBeUndefined();
});

test.each([
  ['docker.io/library/debian:12', 'leave out :12'],
  ['registry.example.com:5000/base@sha256:0123', 'leave out @sha256:0123'],
  ['node:20-slim', 'leave out :20-slim'],
  ['https://registry.example.com', 'leave out https://'],
  ['debian', 'docker.io/library/debian'],
  ['bitnami/redis', 'docker.io/bitnami/redis'],
  ['[::1]:5000/a:1', 'leave out :1'],
  ['index.docker.io', 'this is docker.io'],
  ['index.docker.io/library', 'this is docker.io/library'],
])('the pattern %s has no image: %s', (pattern, told) => {
  expect(patternFault(pattern)).toContain(told);
});
