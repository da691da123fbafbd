import type { SourceRange } from '../../core/text.ts';
import { entriesAt, type YamlEntry, type YamlMap, type YamlNode, type YamlScalar } from '../../kubernetes/yaml-node.ts';

/** A map around a value, and the key in it that leads there. */
export interface MapAround {
  readonly map: YamlMap;
  readonly key: string;
}

/**
 * Whether an image is an entry of a table of versions: another tag would make it that of another version. Its version stands beside it, in the same map or the one
 * above, or is the key of one of these; in doubt it is one.
 * @param around the maps around it, the innermost last; a list in between is none
 * @param own the keys in the innermost that make the image's name
 */
export function isOfVersion(tag: string | undefined, around: readonly MapAround[], own: readonly string[]): boolean {
  const [inner, above] = around.slice(-2).reverse();
  // The key in the map two above leads to the one above.
  if (around.slice(-3).some(({ key }) => isVersionOf(key, tag))) return true;
  const beside = [...entriesAt(inner?.map).filter(({ key }) => !own.includes(key.text)), ...entriesAt(above?.map)];
  return beside.some(({ key, value }) => value.kind === 'scalar' && tellsVersion(key, value, tag));
}

/** The same of the scalar at a place of a text. */
export function isOfVersionAt(root: YamlNode | undefined, at: SourceRange, tag: string | undefined): boolean {
  const around: MapAround[] = [];
  const holds = ({ range }: YamlNode) => range.start <= at.start && at.end <= range.end;
  let node = root;
  while (node !== undefined && node.kind !== 'scalar') {
    if (node.kind === 'sequence') {
      node = node.items.find(holds);
      continue;
    }
    const entry: YamlEntry | undefined = node.entries.find(({ value }) => holds(value));
    around.push({ map: node, key: entry?.key.text ?? '' });
    node = entry?.value;
  }
  return isOfVersion(
    tag,
    around,
    around.slice(-1).map(({ key }) => key),
  );
}

function tellsVersion(key: YamlScalar, { text }: YamlScalar, tag: string | undefined): boolean {
  if (/version|release/i.test(key.text)) return text !== '' && (text === tag || isVersionOf(text, tag));
  // `name: mysql-8.0`, and no image or address.
  return /\d\.\d/.test(text) && !/[/:]/.test(text) && isVersionOf(text, tag);
}

/** Whether a number in a text is one in the tag, or begins it, or the other way around: `v8.0`, `mysql-8.0`, `8_0` and `mysql80` are of 8.0.35. A digest alone is of any. */
function isVersionOf(text: string, tag: string | undefined): boolean {
  if (tag === undefined) return /\d/.test(text);
  const ofTag = numbersOf(tag);
  return numbersOf(text).some((one) =>
    ofTag.some((other) => begins(one, other) || begins(other, one) || beginsJoined(one, other)),
  );
}

/** More would be no version. */
const charactersAtMost = 200;

function numbersOf(text: string): string[][] {
  const found = text.slice(0, charactersAtMost).match(/\d+(?:[._-]\d+)*/g) ?? [];
  return found.map((each) => each.split(/[._-]/));
}

function begins(one: readonly string[], other: readonly string[]): boolean {
  return one.every((part, at) => part === other[at]);
}

/** `80` of `8.0.35`. */
function beginsJoined([first = '', ...more]: readonly string[], other: readonly string[]): boolean {
  return more.length === 0 && other.some((_, at) => other.slice(0, at + 1).join('') === first);
}
