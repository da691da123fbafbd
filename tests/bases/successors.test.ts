import { expect, test } from 'vitest';
import { baseImage } from '../../src/bases/base-image.ts';
import { questionOf } from '../../src/bases/release-changes.ts';
import { successorOf } from '../../src/bases/successors.ts';

const today = '2026-11-26';

test.each([
  ['node:8', 'node:24'],
  ['node:carbon-alpine', 'node:24-alpine'],
  ['node:10-stretch-slim', 'node:24-bookworm-slim'],
  ['python:2.7-slim', 'python:3.11-slim'],
  ['python:3.12-bullseye', 'python:3.12-bookworm'],
  ['php:7.1-apache', 'php:8.3-apache'],
  ['golang:1.10-alpine3.7', 'golang:1.26-alpine3.23'],
  ['debian:stretch-slim', 'debian:bookworm-slim'],
  ['debian:9', 'debian:12'],
  ['ubuntu:trusty', 'ubuntu:noble'],
  ['alpine:3.7', 'alpine:3.23'],
  ['centos:7', 'almalinux:8'],
  ['centos', 'almalinux:8'],
  ['openjdk:8-jre-alpine', 'eclipse-temurin:8-jre-alpine'],
  ['java:7', 'eclipse-temurin:8-jdk'],
  ['openjdk:13-jdk', 'eclipse-temurin:17-jdk'],
  ['public.ecr.aws/docker/library/node:16', 'public.ecr.aws/docker/library/node:24'],
  ['mcr.microsoft.com/dotnet/core/sdk:3.1', 'mcr.microsoft.com/dotnet/sdk:10.0'],
  ['mcr.microsoft.com/dotnet/aspnet:6.0', 'mcr.microsoft.com/dotnet/aspnet:10.0'],
])('%s moves to %s, which is supported', (from, to) => {
  expect(successorOf(from, today)?.reference).toBe(to);
  const image = baseImage(to);
  expect(image.deprecated).toBeUndefined();
  expect(image.endOfLife.filter(({ date }) => date < today)).toEqual([]);
});

test.each(['node:24', 'debian:13', 'alpine', 'node:6-onbuild', 'unknown/image:1', 'node:8@sha256:'.padEnd(78, 'a')])(
  '%s has no successor',
  (reference) => {
    expect(successorOf(reference, today)).toBeUndefined();
  },
);

test('the question names what is known to differ between the two releases', () => {
  const question = questionOf(successorOf('python:2.7', today)?.changes ?? []);
  expect(question).toContain('Python 3.11 instead of 2.7');
  expect(question).toContain('another language');
  expect(question).not.toContain('distutils');
});
