import { codenames } from './distributions.ts';

/** The parts of a tag of Docker's official images, `3.12-slim-bookworm`, `20-alpine3.19`, `lts`. */
export interface TagParts {
  /** The first part when it is a version: `3.12`, `20`. */
  readonly version: string | undefined;
  readonly codename: string | undefined;
  /** `3.19`, or '' for an `alpine` without version; undefined when the tag does not say Alpine. */
  readonly alpine: string | undefined;
  readonly slim: boolean;
  readonly windows: boolean;
  /** All parts between dashes. */
  readonly parts: readonly string[];
}

export function readTag(tag: string | undefined): TagParts {
  const parts = (tag ?? 'latest').split('-');
  const alpine = parts.find((part) => /^alpine[\d.]*$/.test(part));
  return {
    version: /^v?\d/.test(parts[0] ?? '') ? parts[0]?.replace(/^v/, '') : undefined,
    codename: parts.find((part) => Object.hasOwn(codenames, part)),
    alpine: alpine?.slice('alpine'.length),
    slim: parts.includes('slim'),
    windows: parts.some((part) => part.startsWith('windowsservercore') || part.startsWith('nanoserver')),
    parts,
  };
}

/** The name of an image without the address under which Amazon and Google serve the same official images of Docker, and Elastic its own. */
export function withoutMirror(name: string): string {
  return name.replace(
    /^(?:public\.ecr\.aws\/docker\/library|mirror\.gcr\.io\/library|docker\.elastic\.co\/elasticsearch(?=\/elasticsearch$))\//,
    '',
  );
}
