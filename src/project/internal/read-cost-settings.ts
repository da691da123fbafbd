import { type Document, isScalar, type Node } from 'yaml';
import { parseByteRate } from '../../core/byte-size.ts';
import { type CostSettings, costKeys } from '../configuration.ts';
import { type Complain, fieldsOf } from './configuration-nodes.ts';

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
