const units: Readonly<Record<string, number>> = { '': 1, k: 1e3, m: 1e6, g: 1e9, t: 1e12 };
const binaryUnits: Readonly<Record<string, number>> = { '': 1, k: 2 ** 10, m: 2 ** 20, g: 2 ** 30, t: 2 ** 40 };

/** `300MB`, `20 MiB`, `1.5g`, `1048576`, in bytes; undefined for what is no size. */
export function parseByteSize(text: string): number | undefined {
  const match = /^(\d{1,15}(?:\.\d{1,6})?)\s?([kmgt]?)(i?)b?$/i.exec(text);
  if (!match) return undefined;
  const [, digits = '', unit = '', binary] = match;
  if (binary && unit === '') return undefined;
  return Math.floor(Number(digits) * ((binary ? binaryUnits : units)[unit.toLowerCase()] ?? 1));
}

/** `100MB/s`, `1Gbit/s`, `800Mbps`, in bytes a second; undefined for what is no rate. Bits are written as such: `MB` are bytes. */
export function parseByteRate(text: string): number | undefined {
  const match = /^(\d{1,9}(?:\.\d{1,6})?)\s?([kmgt]?)(?:(bit\/s|bits\/s|bps)|(i?)b\/s)$/i.exec(text);
  if (!match) return undefined;
  const [, digits = '', unit = '', bits, binary] = match;
  const rate = Number(digits) * ((binary ? binaryUnits : units)[unit.toLowerCase()] ?? 1);
  const bytes = bits === undefined ? rate : rate / 8;
  return bytes > 0 ? bytes : undefined;
}
