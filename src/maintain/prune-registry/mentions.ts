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

/** Collects what texts and objects name. Whatever may be meant counts: one image too many is kept, none too few. */
export interface MentionCollector {
  /** Any text: every word of it that can be an image is looked at. */
  text(text: string, mention: Mention): void;
  /** Every text of an object, and as tags the values of its keys that speak of tags and versions. */
  value(value: unknown, mention: Mention): void;
  /** Ends one repository or cluster: what names an image and what names its tag may stand in different places of it. */
  endSource(): void;
  readonly mentions: Mentions;
  /** How many tags and digests of this registry's repositories are named so far. */
  count(): number;
}

/** What stands between two of these characters is no reference. */
const words = /[\w.+:/@-]{2,600}/g;
const digests = /\bsha(?:256:[0-9a-f]{64}|384:[0-9a-f]{96}|512:[0-9a-f]{128})\b/g;
const tagForm = /^\w[\w.-]{0,127}$/;
/** `tag: "1.2"`, `newTag: 1.2`, `imageTag=1.2`, `"version": "1.2"`. */
const tagValues = /(?:tag|version)["']?[ \t]*[:=][ \t]*["']?(\w[\w.-]{0,127})(?![\w.-])/gi;
const tagKey = /(?:tag|version)$/i;
/** `digest: sha256:…`, away from the repository that it belongs to. */
const digestValues = /digest["']?[ \t]*[:=][ \t]*["']?(sha\d{3}:[0-9a-f]{64,128})/gi;
const digestKey = /digest$/i;

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
  const everyDigest = new Map<string, Mention>();
  let bare = new Set<string>();
  let loose = new Map<string, Mention>();
  let looseDigests = new Map<string, Mention>();

  function reference(word: string, mention: Mention): void {
    const at = word.indexOf('@');
    const digest = at === -1 ? undefined : word.slice(at + 1);
    const named = (at === -1 ? word : word.slice(0, at)).replace(/[.:/-]+$/, '');
    const colon = named.lastIndexOf(':');
    const hasTag = colon > named.lastIndexOf('/');
    const tag = hasTag ? named.slice(colon + 1) : undefined;
    const path = hasTag ? named.slice(0, colon) : named;
    if (!lastParts.has(path.slice(path.lastIndexOf('/') + 1))) return;
    for (let from = 0; ; ) {
      const found = collected.get(path.slice(from));
      if (found) {
        if (tag !== undefined && tagForm.test(tag)) found.tags.set(tag, found.tags.get(tag) ?? mention);
        if (digest !== undefined) found.digests.set(digest, found.digests.get(digest) ?? mention);
        if (tag === undefined && digest === undefined) {
          bare.add(path.slice(from));
          found.tags.set('latest', found.tags.get('latest') ?? mention);
        }
      }
      const slash = path.indexOf('/', from);
      if (slash === -1) return;
      from = slash + 1;
    }
  }

  function text(content: string, mention: Mention): void {
    for (const [digest] of content.matchAll(digests)) if (!everyDigest.has(digest)) everyDigest.set(digest, mention);
    for (const [word] of content.matchAll(words)) reference(word, mention);
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
    text(content, mention) {
      text(content, mention);
      for (const [, tag = ''] of content.matchAll(tagValues)) looseTag(tag, mention);
      for (const [, digest = ''] of content.matchAll(digestValues)) looseDigest(digest, mention);
    },
    value: (given, mention) => value(given, mention),
    endSource() {
      for (const name of bare) {
        const found = collected.get(name);
        for (const [tag, mention] of loose) if (found && !found.tags.has(tag)) found.tags.set(tag, mention);
        for (const [digest, mention] of looseDigests)
          if (found && !found.digests.has(digest)) found.digests.set(digest, mention);
      }
      bare = new Set();
      loose = new Map();
      looseDigests = new Map();
    },
    mentions: { repositories: collected, digests: everyDigest },
    count() {
      let count = 0;
      for (const each of collected.values()) count += each.tags.size + each.digests.size;
      return count;
    },
  };
}
