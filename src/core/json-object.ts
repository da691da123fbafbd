/** An object of JSON whose fields have not been looked at yet. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** The object that a text holds, with or without a byte order mark; undefined where it is no JSON or no object. */
export function parseJsonObject(text: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(text.replace(/^\uFEFF/, ''));
    return isJsonObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Neither an array nor null. */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The value where it is an object, else an empty one: for fields that may be left out. */
export function jsonObjectOf(value: unknown): JsonObject {
  return isJsonObject(value) ? value : {};
}

/** The objects of a list; none where it is no list. */
export function objectsIn(value: unknown): JsonObject[] {
  return Array.isArray(value) ? value.filter(isJsonObject) : [];
}

/** The fields whose values are texts: `scripts` of a package.json, `require` of a composer.json. */
export function textFieldsOf(value: unknown): ReadonlyMap<string, string> {
  return new Map(
    Object.entries(jsonObjectOf(value)).flatMap(([name, text]) => (typeof text === 'string' ? [[name, text]] : [])),
  );
}
