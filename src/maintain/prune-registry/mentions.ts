import { isJsonObject } from '../../core/json-object.ts';

/** Who names an image. */
export interface Mention {
  readonly kind: 'cluster' | 'git';
  /** `context prod: shop/deployment/web`, `deploy: k8s/web.yaml`. */
  readonly by: string;
}

/** Images that are named somewhere, by the repositories of the registry that is cleared. */
export interface Mentions {
  readonly repositories: ReadonlyMap<string, RepositoryMentions>;
  /** Digests whatever the repository: of manifests and of configurations, and of much else. */
  readonly digests: ReadonlyMap<string, Mention>;
}

export interface RepositoryMentions {
  readonly tags: ReadonlyMap<string, Mention>;
  readonly digests: ReadonlyMap<string, Mention>;
}

/** Collects what texts and objects name. Whatever may be meant counts: rather one image too many. What is put together only by a program is not seen. */
export interface MentionCollector {
  /** Any text: every word of it that can be an image is looked at. */
  text(text: string, mention: Mention): void;
  /** Every text of an object, and as tags the values of its keys that speak of tags and versions. */
  value(value: unknown, mention: Mention): void;
  /** Ends one repository or cluster. What names an image and what names its tag may stand in different places of all that was read until then. */
  endSource(): void;
  readonly mentions: Mentions;
  /** How many tags and digests of this registry's repositories are named so far. */
  count(): number;
}

/** What stands between two of these characters is no reference. */
const words = /[\w.+:/@*-]{2,600}/g;
const digests = /\bsha(?:256:[0-9a-f]{64}|384:[0-9a-f]{96}|512:[0-9a-f]{128})\b/g;
const tagForm = /^\w[\w.-]{0,127}$/;
/** `tag: "1.2"`, `newTag: 1.2`, `imageTag=1.2`, `"version": "1.2"`. */
const tagValues = /(?<!resource)(?:tag|version)["']?[ \t]*[:=][ \t]*["']?(\w[\w.-]{0,127})(?![\w.-])/gi;
/** Of any object of a cluster, and never an image's. */
const tagKey = /(?<!resource)(?:tag|version)$/i;
/** `web: &web 1.1`, `tag: !!str 1.1`: whoever refers to an anchor may be anywhere (https://yaml.org/spec/1.2.2/#692-node-anchors). */
const anchored = /[:-][ \t]{1,20}(?:[&!][^\s]{1,100}[ \t]{1,20}){1,3}["']?(\w[\w.-]{0,127})(?![\w.-])/g;
/** `{{ .Values.tag | default "1.1" }}` */
const templateDefaults = /\bdefault[ \t(]+["'](\w[\w.-]{0,127})["']/g;
/** `digest: sha256:…`, away from the repository that it belongs to. */
const digestValues = /digest["']?[ \t]*[:=][ \t]*["']?(sha\d{3}:[0-9a-f]{64,128})/gi;
const digestKey = /digest$/i;

/** `${TAG:-1.1}`, `${TAG-1.1}`, `${TAG:=1.1}`, `${TAG:+1.1}`, the innermost. */
const withDefault = /\$\{\w{1,100}:?[-=+]([^${}\s]{0,300})\}/g;
/** What a shell, Compose, Kubernetes, Helm or a CI system puts something else in the place of. */
const variable = /\$?\{\{[^{}]{0,200}\}\}|\$\{[^${}]{0,400}\}|\$\([\w.]{1,100}\)|\$[A-Za-z_]\w{0,100}/g;
/** Defaults stand in defaults no deeper. */
const deepestDefault = 4;

/** A text as it is where variables are not set, and as it is where nobody knows what they are: `*` then. */
function readings(content: string): readonly string[] {
  if (!content.includes('$') && !content.includes('{{')) return [content];
  const inside = (text: string, pattern: RegExp, by: string) => {
    let result = text;
    for (let depth = 0; depth < deepestDefault; depth++) result = result.replace(pattern, by);
    return result;
  };
  const open = inside(content, variable, '*');
  const preset = inside(inside(content, withDefault, '$1'), variable, '*');
  return preset === open ? [open] : [preset, open];
}

interface Collected {
  readonly tags: Map<string, Mention>;
  readonly digests: Map<string, Mention>;
}

/**
 * @param repositories names of the registry's. A reference counts by its path, whatever the host before it: clusters and builds may know the registry by
 * another name, through a mirror or a proxy with a prefix.
 */
export function mentionCollector(repositories: Iterable<string>): MentionCollector {
  const collected = new Map<string, Collected>(
    [...repositories].map((name) => [name, { tags: new Map(), digests: new Map() }]),
  );
  const lastParts = new Set([...collected.keys()].map((name) => name.slice(name.lastIndexOf('/') + 1)));
  /** What Docker Hub has as `library/nginx`, everybody calls `nginx`, and a mirror of it may have below a path of its own. */
  const official = new Map<string, string[]>();
  for (const name of collected.keys()) {
    const [, short] = /(?:^|\/)library\/([^/]+)$/.exec(name) ?? [];
    if (short !== undefined) official.set(short, [...(official.get(short) ?? []), name]);
  }
  const mostParts = Math.max(0, ...[...collected.keys()].map((name) => name.split('/').length));
  const openPaths = new Map<string, readonly string[]>();
  const everyDigest = new Map<string, Mention>();
  const bare = new Set<string>();
  const loose = new Map<string, Mention>();
  const looseDigests = new Map<string, Mention>();

  function reference(word: string, mention: Mention): void {
    const at = word.indexOf('@');
    const behind = at === -1 ? undefined : word.slice(at + 1);
    const digest = behind !== undefined && /^sha\d{3}:/.test(behind) ? behind : undefined;
    const named = (at === -1 ? word : word.slice(0, at)).replace(/[.:/-]+$/, '');
    const colon = named.lastIndexOf(':');
    const hasTag = colon > named.lastIndexOf('/');
    const tag = hasTag ? named.slice(colon + 1) : undefined;
    const path = hasTag ? named.slice(0, colon) : named;
    const isOpen = path.includes('*');
    if (!isOpen && !lastParts.has(path.slice(path.lastIndexOf('/') + 1))) return;
    // Of an image that only a variable names.
    if (isOpen && tag !== undefined && tagForm.test(tag)) looseTag(tag, mention);
    const isBare = (tag === undefined && digest === undefined) || tag?.includes('*') === true || digest !== behind;
    if (isOpen && isBare && !/[\w.-]{3}|(?:^|\/)\w+(?:\/|$)/.test(path)) return;
    for (const name of isOpen ? namesLike(path) : namesOf(path)) names(name, { tag, digest, isBare }, mention);
  }

  function names(
    name: string,
    {
      tag,
      digest,
      isBare,
    }: { readonly tag: string | undefined; readonly digest: string | undefined; readonly isBare: boolean },
    mention: Mention,
  ): void {
    const found = collected.get(name);
    if (found === undefined) return;
    if (digest !== undefined) found.digests.set(digest, found.digests.get(digest) ?? mention);
    // Before a variable `1.1-*` is a tag as it stands, too, where the variable is empty.
    const known = tag?.replace(/[._-]*\*.*$/, '');
    if (known !== undefined && tagForm.test(known)) found.tags.set(known, found.tags.get(known) ?? mention);
    if (isBare) {
      bare.add(name);
      found.tags.set('latest', found.tags.get('latest') ?? mention);
    }
  }

  /** Repositories that a path can mean, whatever host and prefix stand before. */
  function namesOf(path: string): readonly string[] {
    const found: string[] = [];
    for (let from = 0; ; ) {
      const name = path.slice(from);
      if (collected.has(name)) found.push(name);
      const slash = path.indexOf('/', from);
      if (slash === -1) return [...found, ...(official.get(name) ?? []).filter((each) => !found.includes(each))];
      from = slash + 1;
    }
  }

  /** The same for a path in which `*` stands for anything. What is `*` alone says nothing. */
  function namesLike(path: string): readonly string[] {
    const parts = path.split('/').slice(-mostParts);
    const key = parts.join('/');
    const known = openPaths.get(key);
    if (known) return known;
    const found = new Set<string>();
    for (let from = 0; from < parts.length; from++) {
      const end = parts.slice(from).join('/');
      if (!/\w/.test(end)) continue;
      for (const name of end.includes('*') ? collected.keys() : namesOf(end)) if (isLike(name, end)) found.add(name);
    }
    openPaths.set(key, [...found]);
    return [...found];
  }

  function text(content: string, mention: Mention): void {
    for (const [digest] of content.matchAll(digests)) if (!everyDigest.has(digest)) everyDigest.set(digest, mention);
    for (const reading of readings(content)) {
      for (const [word] of reading.matchAll(words)) reference(word, mention);
      for (const [, tag = ''] of reading.matchAll(tagValues)) looseTag(tag, mention);
      for (const [, tag = ''] of reading.matchAll(anchored)) looseTag(tag, mention);
      for (const [, digest = ''] of reading.matchAll(digestValues)) looseDigest(digest, mention);
    }
    for (const [, tag = ''] of content.matchAll(templateDefaults)) looseTag(tag, mention);
  }

  function looseTag(tag: string, mention: Mention): void {
    if (!loose.has(tag)) loose.set(tag, mention);
  }

  function looseDigest(digest: string, mention: Mention): void {
    if (!looseDigests.has(digest)) looseDigests.set(digest, mention);
  }

  function value(given: unknown, mention: Mention, key = '', depth = 0): void {
    // The API server takes nothing deeper.
    if (depth > 200) return;
    if (typeof given === 'string') {
      text(given, mention);
      if (tagKey.test(key) && tagForm.test(given)) looseTag(given, mention);
      if (digestKey.test(key)) looseDigest(given, mention);
    } else if (typeof given === 'number' && tagKey.test(key)) looseTag(String(given), mention);
    else if (Array.isArray(given)) for (const each of given) value(each, mention, key, depth + 1);
    else if (isJsonObject(given))
      for (const [name, each] of Object.entries(given)) {
        text(name, mention);
        value(each, mention, name, depth + 1);
      }
  }

  return {
    text,
    value: (given, mention) => value(given, mention),
    endSource() {
      for (const name of bare) {
        const found = collected.get(name);
        for (const [tag, mention] of loose) if (found && !found.tags.has(tag)) found.tags.set(tag, mention);
        for (const [digest, mention] of looseDigests)
          if (found && !found.digests.has(digest)) found.digests.set(digest, mention);
      }
    },
    mentions: { repositories: collected, digests: everyDigest },
    count() {
      let count = 0;
      for (const each of collected.values()) count += each.tags.size + each.digests.size;
      return count;
    },
  };
}

/** Whether `*` in a pattern can stand for what a name has more. */
function isLike(name: string, pattern: string): boolean {
  const [first = '', ...rest] = pattern.split('*');
  const last = rest.pop();
  if (last === undefined) return name === pattern || name.endsWith(`library/${pattern}`);
  if (name.length < first.length + last.length || !name.startsWith(first) || !name.endsWith(last)) return false;
  let at = first.length;
  for (const part of rest) {
    const found = name.indexOf(part, at);
    if (found === -1) return false;
    at = found + part.length;
  }
  return at <= name.length - last.length;
}
