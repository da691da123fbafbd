import { expect, test } from 'vitest';
import { decodeArtifact } from '../../src/core/artifact.ts';
import { parseDockerfile } from '../../src/dockerfile/parse-dockerfile.ts';
import { releaseHazards } from '../../src/repairs/release-hazards.ts';

const questionsOf = (packages: string) => {
  const dockerfile = parseDockerfile(
    decodeArtifact('Dockerfile', Buffer.from(`FROM alpine:3.19\nRUN apk add --no-cache ${packages}\n`)),
  );
  return releaseHazards(dockerfile, dockerfile.stages, 'alpine:3.19', 'alpine:3.23').possible;
};

test('packages of Alpine that name a version are asked about, and no others', () => {
  expect(questionsOf('apache2 php82 php82-gd curl')).toEqual([
    'Does the new release still have php82 and php82-gd, which name a version?',
  ]);
  expect(questionsOf('apache2 php curl postgresql-client')).toEqual([]);
  // Of what is gone for certain there is nothing to ask.
  expect(questionsOf('php81 curl')).toEqual([]);
});

test('packages of PHP 8.0 are gone from Alpine, under each of their names', () => {
  const dockerfile = parseDockerfile(
    decodeArtifact('Dockerfile', Buffer.from('FROM php:8.0-fpm-alpine\nRUN apk add --no-cache php8-bcmath\n')),
  );
  const { certain } = releaseHazards(dockerfile, dockerfile.stages, 'php:8.0-fpm-alpine', 'php:8.3-fpm-alpine');
  expect(certain).toEqual(['php8-bcmath is not in it any more']);
});
