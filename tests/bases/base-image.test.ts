import { describe, expect, test } from 'vitest';
import { baseImage } from '../../src/bases/base-image.ts';

/** `distribution version libc shell manager user toolchain runtime`, with `?` for what is not known. */
function summary(reference: string): string {
  const base = baseImage(reference);
  const runtime = base.runtime && [base.runtime.name, base.runtime.version].filter(Boolean).join('-');
  return [
    base.distribution,
    base.distributionVersion ?? '-',
    base.libc,
    base.shell,
    base.packageManager,
    base.user ?? '?',
    base.toolchain === true ? 'toolchain' : base.toolchain === false ? 'bare' : '?',
    runtime ?? '-',
  ].join(' ');
}

describe('what is known of a base image', () => {
  test.each([
    ['scratch', 'scratch - none none none 0 bare -'],
    ['debian:bookworm', 'debian 12 glibc dash apt 0 bare -'],
    ['debian:11.6-slim', 'debian 11.6 glibc dash apt 0 bare -'],
    ['debian', 'debian - glibc dash apt 0 bare -'],
    ['ubuntu:22.04', 'ubuntu 22.04 glibc dash apt 0 bare -'],
    ['ubuntu:noble-20240423', 'ubuntu 24.04 glibc dash apt 0 bare -'],
    ['alpine:3.19.1', 'alpine 3.19.1 musl busybox apk 0 bare -'],
    ['centos:7', 'centos 7 glibc bash yum 0 bare -'],
    ['centos:centos6', 'centos 6 glibc bash yum 0 bare -'],
    ['quay.io/centos/centos:stream9', 'centos 9 glibc bash dnf 0 bare -'],
    ['fedora:39', 'fedora 39 glibc bash dnf 0 bare -'],
    ['rockylinux:9-minimal', 'rocky 9 glibc bash microdnf 0 bare -'],
    ['amazonlinux:2', 'amazonlinux 2 glibc bash yum 0 bare -'],
    ['amazonlinux:2023', 'amazonlinux 2023 glibc bash dnf 0 bare -'],
    ['amazonlinux', 'amazonlinux - glibc bash unknown 0 bare -'],
    ['registry.access.redhat.com/ubi8/ubi-minimal:8.6', 'rhel 8.6 glibc bash microdnf 0 bare -'],
    ['registry.redhat.io/ubi9', 'rhel 9 glibc bash dnf 0 bare -'],
    ['busybox:1.36-musl', 'busybox 1.36 musl busybox none 0 bare -'],
    ['node:20', 'debian - glibc dash apt 0 toolchain node-20'],
    ['docker.io/library/node:20.5.1-bullseye-slim', 'debian 11 glibc dash apt 0 bare node-20.5.1'],
    ['node:lts-alpine3.18', 'alpine 3.18 musl busybox apk 0 bare node'],
    ['node:hydrogen', 'debian - glibc dash apt 0 toolchain node-18'],
    ['public.ecr.aws/docker/library/python:3.12-slim-bookworm', 'debian 12 glibc dash apt 0 bare python-3.12'],
    ['python:3-windowsservercore', 'windows - windows cmd none ? ? python-3'],
    ['golang:1.21-alpine', 'alpine - musl busybox apk 0 bare go-1.21'],
    ['golang', 'debian - glibc dash apt 0 toolchain go'],
    ['rust:1-slim', 'debian - glibc dash apt 0 toolchain rust-1'],
    ['php:8.2-fpm', 'debian - glibc dash apt 0 toolchain php-8.2'],
    ['openjdk:8u292-jdk', 'debian - glibc dash apt 0 bare java-8'],
    ['openjdk:17-slim', 'debian - glibc dash apt 0 bare java-17'],
    ['openjdk:17-jdk', 'oraclelinux - glibc bash microdnf 0 bare java-17'],
    ['openjdk:11-jre-slim-buster', 'debian 10 glibc dash apt 0 bare java-runtime-11'],
    ['openjdk', 'unknown - unknown unknown unknown 0 bare java'],
    ['eclipse-temurin:17-jre', 'ubuntu - glibc dash apt 0 bare java-runtime-17'],
    ['eclipse-temurin:21-jre-ubi9-minimal', 'rhel 9 glibc bash microdnf 0 bare java-runtime-21'],
    ['maven:3.9-eclipse-temurin-17', 'ubuntu - glibc dash apt 0 bare maven-3.9'],
    ['gradle:8-jdk17', 'ubuntu - glibc dash apt ? bare gradle-8'],
    ['nginx:1.25', 'debian - glibc dash apt 0 bare nginx-1.25'],
    ['nginxinc/nginx-unprivileged:1.25', 'unknown - unknown unknown unknown 101 ? -'],
    ['gcr.io/distroless/static-debian12:nonroot', 'distroless 12 none none none 65532 bare -'],
    ['gcr.io/distroless/base:debug', 'distroless - glibc busybox none 0 bare -'],
    ['gcr.io/distroless/nodejs20-debian12', 'distroless 12 glibc none none 0 bare node-20'],
    ['mcr.microsoft.com/dotnet/sdk:8.0', 'debian - glibc dash apt 0 bare dotnet-sdk-8.0'],
    ['mcr.microsoft.com/dotnet/aspnet:8.0-jammy-chiseled', 'ubuntu 22.04 glibc none none app bare dotnet-8.0'],
    ['mcr.microsoft.com/dotnet/runtime:6.0-alpine3.18', 'alpine 3.18 musl busybox apk 0 bare dotnet-6.0'],
    ['nvidia/cuda:12.2.0-devel-ubuntu22.04', 'ubuntu 22.04 glibc dash apt 0 toolchain -'],
    ['nvidia/cuda:11.0-base-centos7', 'centos 7 glibc bash yum 0 bare -'],
    ['nvidia/cuda:11.0-base', 'unknown - unknown unknown unknown 0 bare -'],
    ['jenkins/jenkins:lts-alpine', 'alpine - musl busybox apk jenkins ? jenkins'],
    ['oven/bun:1.1-distroless', 'distroless - glibc none none 0 ? bun-1.1'],
    ['mcr.microsoft.com/playwright:v1.40.0-jammy', 'ubuntu 22.04 glibc dash apt 0 ? -'],
    ['public.ecr.aws/lambda/python:3.12', 'amazonlinux - glibc bash unknown ? bare python-3.12'],
    ['mcr.microsoft.com/dotnet/framework/aspnet:4.8', 'windows - windows cmd none ? ? -'],
    ['cimg/node:18.0', 'ubuntu - glibc dash apt circleci ? -'],
    ['cgr.dev/chainguard/node:latest-dev', 'wolfi - glibc unknown apk ? ? -'],
    ['example.com/team/base:1', 'unknown - unknown unknown unknown ? ? -'],
    [`node@sha256:${'a'.repeat(64)}`, 'unknown - unknown unknown unknown ? ? -'],
    [`node:20-alpine@sha256:${'a'.repeat(64)}`, 'alpine - musl busybox apk 0 bare node-20'],
    ['node:$VERSION', 'unknown - unknown unknown unknown ? ? -'],
    ['', 'unknown - unknown unknown unknown ? ? -'],
  ])('%s', (reference, expected) => {
    expect(summary(reference)).toBe(expected);
  });
});

describe('lighter images', () => {
  test.each([
    ['node:20', ['node:20-slim', 'node:20-alpine']],
    ['node:20.5.1-bookworm', ['node:20.5.1-bookworm-slim', 'node:20.5.1-alpine']],
    ['node', ['node:slim', 'node:alpine']],
    ['node:lts-slim', ['node:lts-alpine']],
    ['node:20-alpine', []],
    ['python:3.12-bookworm', ['python:3.12-slim-bookworm', 'python:3.12-alpine']],
    ['php:8.2-apache', []],
    ['php:8.2-fpm', ['php:8.2-fpm-alpine']],
    ['eclipse-temurin:17-jre-jammy', ['eclipse-temurin:17-jre-alpine']],
    ['debian:bookworm', ['debian:bookworm-slim']],
    ['debian:12', ['debian:bookworm-slim']],
    ['debian:bookworm-slim', []],
    ['nginx:1.25', ['nginx:1.25-alpine']],
    ['registry.access.redhat.com/ubi9/ubi:9.3', ['registry.access.redhat.com/ubi9/ubi-minimal']],
    ['example.com/node:20', []],
  ])('%s', (reference, expected) => {
    expect(baseImage(reference).lighter.map((each) => each.reference)).toEqual(expected);
  });
});

describe('end of life', () => {
  test.each([
    ['node:16-buster', ['Node.js 16 2023-09-11', 'Debian 10 2024-06-30']],
    ['python:2.7.18', ['Python 2.7 2020-01-01']],
    ['python:3', []],
    ['debian:stretch-slim', ['Debian 9 2022-06-30']],
    ['ubuntu:18.04', ['Ubuntu 18.04 2023-05-31']],
    ['alpine:3.12.1', ['Alpine Linux 3.12 2022-05-01']],
    ['alpine', []],
    ['openjdk:8u292-jdk', ['Java 8 2030-12-31']],
    ['mcr.microsoft.com/dotnet/core/sdk:3.1', ['.NET 3.1 2022-12-13']],
    ['centos:8', ['CentOS 8 2021-12-31']],
    ['quay.io/centos/centos:stream9', []],
  ])('%s', (reference, expected) => {
    expect(baseImage(reference).endOfLife.map(({ product, date }) => `${product} ${date}`)).toEqual(expected);
  });
});

describe('deprecated', () => {
  test.each([
    ['openjdk:11', 'eclipse-temurin'],
    ['k8s.gcr.io/pause:3.1', 'registry.k8s.io'],
    ['node:8-onbuild', 'node'],
    ['node:20', undefined],
    ['example.com/openjdk:11', undefined],
  ])('%s', (reference, instead) => {
    expect(baseImage(reference).deprecated?.instead).toBe(instead);
  });
});
