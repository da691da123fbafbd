import { isJsonObject } from '../../src/core/json-object.ts';

/** Where two values differ, as paths. */
export function differences(one: unknown, other: unknown, at = ''): string[] {
  if (Array.isArray(one) && Array.isArray(other) && one.length === other.length)
    return one.flatMap((each, index) => differences(each, other[index], `${at}.${index}`));
  if (isJsonObject(one) && isJsonObject(other))
    return [...new Set([...Object.keys(one), ...Object.keys(other)])].flatMap((key) =>
      differences(one[key], other[key], `${at}.${key}`),
    );
  return one === other ? [] : [at];
}
