/**
 * The digest that a tag is about by its name alone: `sha256-<hex>` of referrers in registries without their API
 * (https://github.com/opencontainers/distribution-spec/blob/main/spec.md#referrers-tag-schema), `sha256-<hex>.sig`, `.att`, `.sbom` of cosign
 * (https://github.com/sigstore/cosign/blob/main/specs/SIGNATURE_SPEC.md) and whatever else somebody puts behind the point. Undefined for other tags.
 */
export function subjectOfTag(tag: string): string | undefined {
  const match =
    /^(sha256)-([0-9a-f]{64})(?:[._-].*)?$/.exec(tag) ?? /^(sha512)-([0-9a-f]{121,128})(?:[._-].*)?$/.exec(tag);
  return match ? `${match[1]}:${match[2]}` : undefined;
}
