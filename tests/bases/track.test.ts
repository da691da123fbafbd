import { expect, test } from 'vitest';
import { trackNews } from '../../src/bases/track.ts';
import { parseImageReference } from '../../src/core/image-reference.ts';

function newsOf(text: string, tags: string, admits: (version: string) => boolean = () => true) {
  const reference = parseImageReference(text);
  if (reference === undefined) throw new Error(text);
  const { newer, next } = trackNews(reference, tags.split(' '), admits);
  return [newer, next.map(({ tag }) => tag).join(' ')];
}

test.each([
  // A release line of Node.js is its first number, of Python its first two, of what nobody knows the first (below 1.0 two).
  ['node:20.11.1', '20.11.1 20.12.0 20.9.0 22.1.0 22.2.0 21.7.3', '20.12.0', '21.7.3 22.2.0'],
  ['python:3.12.4', '3.12.4 3.12.10 3.13.1 3.9.20', '3.12.10', '3.13.1'],
  ['acme/tool:1.4.2', '1.4.3 1.5.0 2.0.0', '1.5.0', '2.0.0'],
  ['acme/tool:0.4.2', '0.4.3 0.5.0 1.0.0', '0.4.3', '0.5.0 1.0.0'],
  // As many numbers: what moves by itself has no newer one.
  ['node:20', '20 20.11.1 22 24', undefined, '22 24'],
  ['python:3.12', '3.12 3.12.4 3.13 3.14', undefined, '3.13 3.14'],
  ['acme/tool:1.4', '1.4 1.4.9 1.5 1.12', '1.12', ''],
  ['ubuntu:22.04', '20.04 22.04 24.04 24.10', undefined, '24.04 24.10'],
  // The same words.
  ['node:20.11.1-slim', '20.12.0 20.12.1-slim 20.13.0-alpine 22.1.0-slim', '20.12.1-slim', '22.1.0-slim'],
  ['acme/tool:v1.4.2', '1.9.0 v1.5.0', 'v1.5.0', ''],
  [
    'maven:3.9.6-eclipse-temurin-17',
    '3.9.9-eclipse-temurin-17 3.9.9-eclipse-temurin-21',
    '3.9.9-eclipse-temurin-17',
    '',
  ],
  // Pre-releases never; what one became is told, and not written.
  ['acme/tool:1.4.2', '1.5.0-rc.1 1.5.0-beta 1.5.0rc2 1.5.0b1 2.0.0-alpha.1', undefined, ''],
  ['python:3.14.0rc1', '3.14.0rc2 3.14.0 3.14.1', undefined, '3.14.1'],
  ['acme/tool:2.0.0-rc.1', '2.0.0-rc.2 2.0.0 2.0.0-slim', undefined, '2.0.0'],
  ['acme/tool:2.0.0-rc.1-slim', '2.0.0 2.0.0-slim', undefined, '2.0.0-slim'],
  // A word is never dropped: `dev` and `devel` are variants.
  ['chainguard/python:3.11.4-dev', '3.11.5-dev 3.11.6 3.12.1 3.12.1-dev', '3.11.5-dev', '3.12.1-dev'],
  ['cgr.dev/chainguard/node:20-dev', '20 20-dev 22 22-dev', undefined, '22-dev'],
  ['dhi.io/node:20.1.0-dev', '20.2.0 20.1.1-dev', '20.1.1-dev', ''],
  [
    'nvidia/cuda:12.2.0-devel-ubuntu22.04',
    '12.2.2-devel-ubuntu22.04 12.2.3-devel-ubuntu24.04 12.2.4-runtime-ubuntu22.04',
    '12.2.2-devel-ubuntu22.04',
    '',
  ],
  [
    'pytorch/pytorch:2.1.0-cuda12.1-cudnn8-devel',
    '2.1.1-cuda12.1-cudnn8-devel 2.1.2-cuda12.1-cudnn8-runtime 2.1.2-cuda12.4-cudnn8-devel',
    '2.1.1-cuda12.1-cudnn8-devel',
    '',
  ],
  // Words behind a dot or a low line are words like any other.
  [
    'acme/db:25.8.28.10001.altinitystable',
    '25.8.30.10001.altinitystable 25.9.1.1.altinityfips 25.8.31.1',
    '25.8.30.10001.altinitystable',
    '',
  ],
  [
    'acme/files:4.40_large_disk',
    '4.41 4.42_large_disk 4.43_large_disk_full 5.1_large_disk',
    '4.42_large_disk',
    '5.1_large_disk',
  ],
  ['acme/server:14.0.1.Final', '14.0.2.Final 14.0.3.CR1 14.0.4.SNAPSHOT 14.0.5.Beta', '14.0.2.Final', ''],
  ['acme/server:14.0.1', '14.0.2.Final', undefined, ''],
  // An image is known by the last part of its name, whoever serves it.
  ['harbor.corp/dockerhub/library/python:3.9.1', '3.9.2 3.10.2', '3.9.2', '3.10.2'],
  ['harbor.corp/library/golang:1.21.1', '1.21.2 1.25.1', '1.21.2', '1.25.1'],
  ['harbor.corp/hub/alpine:3.18.4', '3.18.5 3.22.1', '3.18.5', '3.22.1'],
  ['harbor.corp/library/node:20.1.0', '20.2.0 22.1.0', '20.2.0', '22.1.0'],
  ['cimg/go:1.21.1', '1.21.2 1.25.1', '1.21.2', '1.25.1'],
  ['circleci/python:3.9.1', '3.10.1', undefined, '3.10.1'],
  ['bitnami/openjdk:0.1.1', '0.2.1', undefined, '0.2.1'],
  ['mcr.microsoft.com/devcontainers/python:1-3.9-bookworm', '1-3.12-bookworm', undefined, '1-3.12-bookworm'],
  ['mcr.microsoft.com/devcontainers/javascript-node:1-20-bookworm', '1-22-bookworm', undefined, '1-22-bookworm'],
  [
    'mcr.microsoft.com/devcontainers/go:1.1.3-1.21-bookworm',
    '1.1.4-1.21-bookworm 1.1.4-1.25-bookworm',
    '1.1.4-1.21-bookworm',
    '1.1.4-1.25-bookworm',
  ],
  // Dates and counts without meaning are no later version, wherever they stand.
  ['acme/tool:1.2.3', '1.2.4 1.2.99999999 1.20240101.0 1.2024.1', '1.2.4', ''],
  ['acme/tool:1.2.3-0', '1.2.4-1 1.2.4-20240101', '1.2.4-1', ''],
  ['acme/tool:1.2.99999999', '1.2.99999999 1.2.999999999', undefined, ''],
  ['acme/tool:1.2.3-20240101', '1.2.4-20240202 1.2.5-7 2.0.0-20240303', '1.2.4-20240202', '2.0.0-20240303'],
  // The builds that Bitnami and LinuxServer count.
  [
    'bitnami/postgresql:16.1.0-debian-11-r9',
    '16.1.0-debian-11-r24 16.2.0-debian-11-r1 16.3.0-debian-12-r1 17.0.0-debian-11-r1',
    '16.2.0-debian-11-r1',
    '16.3.0-debian-12-r1 17.0.0-debian-11-r1',
  ],
  ['bitnami/redis:7.2.1-debian-11-r9', '7.2.1-debian-11-r24', '7.2.1-debian-11-r24', ''],
  ['linuxserver/sonarr:4.0.1-ls12', '4.0.1-ls13 4.0.2-ls20 4.0.2', '4.0.2-ls20', ''],
  ['lscr.io/linuxserver/nginx:1.24.0-r7-ls250', '1.24.0-r7-ls251 1.24.0-r8-ls2', '1.24.0-r8-ls2', ''],
  ['acme/tool:v1.11.1-eksbuild.4', 'v1.11.1-eksbuild.9 v1.11.1', 'v1.11.1-eksbuild.9', ''],
  // The release of the distribution.
  [
    'python:3.12.4-slim-bookworm',
    '3.12.5-slim-bookworm 3.12.5-slim-trixie 3.13.1-slim-trixie 3.12.6-slim-bullseye',
    '3.12.5-slim-bookworm',
    '3.12.5-slim-trixie 3.13.1-slim-trixie',
  ],
  [
    'node:20-alpine3.19',
    '20-alpine3.20 20-alpine3.9 22-alpine3.19 22-alpine3.20',
    undefined,
    '20-alpine3.20 22-alpine3.19',
  ],
  ['debian:bookworm-slim', 'bullseye-slim trixie-slim trixie sid-slim', undefined, 'trixie-slim'],
  // Dates are one track, and no later versions than numbers.
  [
    'debian:bookworm-20240110-slim',
    'bookworm-20240513-slim bookworm-20240513 trixie-20240513-slim',
    'bookworm-20240513-slim',
    'trixie-20240513-slim',
  ],
  ['alpine:3', '3 20240923 4', undefined, '4'],
  [
    'minio/minio:RELEASE.2024-01-16T16-07-38Z',
    'RELEASE.2024-02-01T00-00-00Z RELEASE.2023-12-01T00-00-00Z',
    'RELEASE.2024-02-01T00-00-00Z',
    '',
  ],
  ['registry.access.redhat.com/ubi9/ubi:9.4-1227', '9.4-1300 9.4 9.5-1', '9.5-1', ''],
  ['eclipse-temurin:17.0.9_9-jdk', '17.0.10_7-jdk 17.0.10_7-jre 21.0.2_13-jdk', '17.0.10_7-jdk', '21.0.2_13-jdk'],
  // What has no version, or a count of which nobody knows what it means.
  ['node:latest', 'latest 20 22', undefined, ''],
  ['node:alpine', 'alpine 20', undefined, ''],
  ['acme/app:1234567', '9999999', undefined, ''],
  ['acme/app:main-4f2a91c', 'main-5f2a91c 1', undefined, ''],
])('%s among %s', (text, tags, newer, next) => {
  expect(newsOf(text, tags)).toEqual([newer, next]);
});

test.each([
  // Counts of builds that are known to be that.
  ['rancher/k3s:v1.27.4-k3s1', 'v1.27.4-k3s2 v1.27.10-k3s1 v1.27.9-k3s3', 'v1.27.10-k3s1', undefined],
  ['acme/tool:1.2.3-build.4', '1.2.3-build.10 1.2.3', '1.2.3-build.10', undefined],
  ['acme/tool:1.2.3-build-4', '1.2.3-build-10 1.2.3', '1.2.3-build-10', undefined],
  ['acme/tool:1.2.3-k3s1-amd64', '1.2.3-k3s2-amd64 1.2.3-k3s3-arm64', '1.2.3-k3s2-amd64', undefined],
  ['acme/tool:1.2.3-r0', '1.2.3-r1 1.2.4-r0', '1.2.4-r0', undefined],
  ['acme/tool:1.2.3_3', '1.2.3_4 1.2.4_1', '1.2.4_1', undefined],
  // A word that the tags show to count builds: they follow each other, and begin anew.
  ['acme/tool:1.2.3-p2', '1.2.3-p1 1.2.3-p2 1.2.3-p3 1.2.4-p1', '1.2.4-p1', undefined],
  [
    'acme/tool:1.2.3-p2-slim',
    '1.2.3-p1-slim 1.2.3-p2-slim 1.2.3-p3-slim 1.2.4-p1-slim 1.2.5-p1',
    '1.2.4-p1-slim',
    undefined,
  ],
  // Nothing shows it: it may be the version of something else.
  ['acme/tool:1.2.3-p3', '1.2.3-p3 1.2.3-p4', undefined, '1.2.3-p4'],
  ['acme/tool:1.2.3-gen2', '1.2.3-gen1 1.2.3-gen2 1.2.4-gen1', undefined, '1.2.4-gen1'],
  ['acme/tool:1.2.3-p3', '1.2.3-p3 1.2.4-p3 1.2.4-p4', '1.2.4-p3', '1.2.4-p4'],
  // Some have it, and some have not.
  ['acme/tool:1.2.3_3', '1.2.4', undefined, '1.2.4'],
  ['acme/tool:1.2.3-r0', '1.2.4 1.2.4-r0', '1.2.4-r0', undefined],
  ['acme/tool:1.2.3', '1.2.4-ls20 1.2.3-ls19', undefined, '1.2.4-ls20'],
  ['acme/tool:1.2.3', '1.2.4-slim 1.2.4-jdk17', undefined, undefined],
  ['acme/tool:1.2.3', '2.0.0-ls1', undefined, undefined],
  // Versions of something else are variants.
  ['tomcat:9.0.50-jdk8', '9.0.50-jdk11 9.0.60-jdk11', undefined, undefined],
  ['acme/tool:1.2.3-alpine3.19', '1.2.3-alpine3.20', undefined, undefined],
  ['acme/tool:1.2.3', '1.2.4-rc1', undefined, undefined],
])('%s among %s: %s, and not compared with %s', (text, tags, newer, uncompared) => {
  const reference = parseImageReference(text);
  if (reference === undefined) throw new Error(text);
  const news = trackNews(reference, tags.split(' '), () => true);
  expect([news.newer, news.uncompared]).toEqual([newer, uncompared]);
});

test('versions that are not wanted are passed over', () => {
  const admits = (version: string) => Number(version.split('.')[0]) < 22;
  expect(newsOf('node:20.1.0', '20.2.0 21.0.0 22.0.0', admits)).toEqual(['20.2.0', '21.0.0']);
});

test('tags are taken apart once for all references that are held against them, whatever counts builds', () => {
  let looks = 0;
  const list = ['1.2.3-p1', '1.2.3-p2', '1.2.3-p3', '1.2.4-p1', '1.2.4'];
  const tags = new Proxy(list, {
    get(target, key, receiver) {
      looks += key === '0' ? 1 : 0;
      return Reflect.get(target, key, receiver);
    },
  });
  const newer = (tag: string) => {
    const reference = parseImageReference(`acme/tool:${tag}`);
    return reference && trackNews(reference, tags, () => true).newer;
  };
  expect([newer('1.2.3-p2'), newer('1.2.3')]).toEqual(['1.2.4-p1', '1.2.4']);
  const before = looks;
  expect([newer('1.2.3-p1'), newer('1.2.2')]).toEqual(['1.2.4-p1', '1.2.4']);
  expect(looks - before).toBe(0);
});
