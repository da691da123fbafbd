import { type Document, isScalar, type Node } from 'yaml';
import { parseByteRate, parseByteSize } from '../../core/byte-size.ts';
import { type CostSettings, costKeys, type PlacedNumber } from '../configuration.ts';
import { type Complain, entriesOf, fieldsOf } from './configuration-nodes.ts';

/** @param place `plimsoll.yaml:3:9` of a node */
export function readCostSettings(
  node: Node | undefined,
  document: Document,
  complain: Complain,
  place: (node: Node) => string,
): CostSettings {
  if (node === undefined) return {};
  const settings: Record<string, CostSettings[keyof CostSettings]> = {};
  for (const [name, { value }] of fieldsOf(node, Object.keys(costKeys), document, complain, 'cost')) {
    const isRate = name === 'bandwidth' || name === 'unpackRate';
    const written = isScalar(value) ? value.value : undefined;
    const read = isRate ? parseByteRate(String(written)) : typeof written === 'number' ? written : undefined;
    if (value === undefined || read === undefined || !(read >= 0) || read > 1e15)
      throw complain(value, `cost: ${name} is ${isRate ? 'a rate, such as 100MB/s or 1Gbit/s' : 'a number'}`);
    settings[name] = { value: read, place: place(value).replace(/:\d+$/, '') };
  }
  return settings;
}

/** @param place as for {@link readCostSettings} */
export function readSizeBudgets(
  node: Node | undefined,
  document: Document,
  complain: Complain,
  place: (node: Node) => string,
): ReadonlyMap<string, PlacedNumber> {
  const budgets = new Map<string, PlacedNumber>();
  for (const [file, { value }] of node ? entriesOf(node, document, complain, 'sizeBudgets') : []) {
    const bytes = isScalar(value) ? parseByteSize(String(value.value)) : undefined;
    if (value === undefined || bytes === undefined)
      throw complain(value, 'a size is needed here, such as 300MB or 250MiB');
    budgets.set(file.replace(/^\.\//, ''), { value: bytes, place: place(value).replace(/:\d+$/, '') });
  }
  return budgets;
}
