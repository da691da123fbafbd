import { type Document, isScalar, type Node } from 'yaml';
import { parseImageReference } from '../../core/image-reference.ts';
import type { BasesSettings } from '../configuration.ts';
import { type Complain, entriesOf, fieldsOf } from './configuration-nodes.ts';

/** Comparators with versions, as npm, PyPI and RubyGems write them. */
const range = /^(?:(?:>=|<=|={1,3}|!=|~=|~>|[<>^~])?\s*v?\d+(?:\.\d+)*(?:\.[x*])*(?:\s*(?:,|\|\||-|\s)\s*|$))+$/;

export function readBasesSettings(node: Node | undefined, document: Document, complain: Complain): BasesSettings {
  const allowed = new Map<string, string>();
  const mirrors = new Map<string, string>();
  if (node === undefined) return { allowed, mirrors, days: undefined };
  const fields = fieldsOf(node, ['allowed', 'days', 'mirrors'], document, complain, 'bases');
  for (const [name, { value }] of entriesOf(fields.get('allowed')?.value, document, complain, 'allowed')) {
    // As written: YAML reads `1.10` without quotes as 1.1.
    const written = isScalar(value) ? String(value.source ?? value.value).trim() : '';
    if (written.length > 200 || !range.test(written))
      throw complain(value, 'a range of versions is needed here, such as ">=20 <23" or "1.x"');
    allowed.set(name, written);
  }
  for (const [prefix, { value }] of entriesOf(fields.get('mirrors')?.value, document, complain, 'mirrors')) {
    const of = isScalar(value) && typeof value.value === 'string' ? value.value : '';
    // Without a tag or digest on either side, and no slash too many.
    const [from, to] = [prefix, of].map((text) => parseImageReference(`${text}/a`));
    if (from === undefined || to === undefined || prefix.endsWith('/') || of.endsWith('/'))
      throw complain(
        value,
        'what has copies and what they are copies of is needed here, such as "registry.example/mirror": docker.io',
      );
    mirrors.set(prefix, of);
  }
  const days = fields.get('days')?.value;
  if (days === undefined) return { allowed, mirrors, days: undefined };
  const count = isScalar(days) ? days.value : undefined;
  if (typeof count !== 'number' || !Number.isInteger(count) || count < 0 || count > 10_000)
    throw complain(days, 'bases: days is a whole number');
  return { allowed, mirrors, days: count };
}
