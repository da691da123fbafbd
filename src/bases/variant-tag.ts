import { familiarName, type ImageReference } from '../core/image-reference.ts';
import { codenames } from './distributions.ts';
import { officialImages } from './official-images.ts';
import { readTag } from './tag.ts';

/** Words of a tag that say how an official image is put together, not what is in it. */
const variants = new Set(['slim', 'fpm', 'cli', 'apache', 'zts', 'windowsservercore', 'nanoserver']);

/** `golang:alpine3.23`, `node:alpine`, `python:slim-bookworm`: the newest release of the language on some system. */
export function namesVariantOnly(reference: ImageReference): boolean {
  const name = familiarName(reference);
  if (!Object.hasOwn(officialImages, name) || officialImages[name]?.runtime === undefined) return false;
  return readTag(reference.tag).parts.every(
    (part) => variants.has(part) || Object.hasOwn(codenames, part) || /^alpine[\d.]*$/.test(part),
  );
}

/** Tags of distributions that are never released, by the image's name. */
const unreleased: Readonly<Record<string, RegExp>> = {
  debian: /^(?:sid|unstable|testing|experimental|rc-buggy)(?:-|$)/,
  ubuntu: /^devel(?:-|$)/,
  alpine: /^edge$/,
  fedora: /^rawhide$/,
};

/** `debian:sid-slim`, `alpine:edge`: the state of the day of a distribution that is still being worked on. */
export function isUnreleased(reference: ImageReference): boolean {
  const name = familiarName(reference);
  return Object.hasOwn(unreleased, name) && unreleased[name]?.test(reference.tag ?? '') === true;
}
