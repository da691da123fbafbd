/** Numbers and truth values as Go's strconv reads them, which is stricter than JavaScript. */

/** A whole number in base 10 with an optional sign; undefined when it is none or has more than 64 bits. */
export function parseGoInteger(text: string, bits: 32 | 64 = 64): bigint | undefined {
  if (!/^[+-]?[0-9]{1,200}$/.test(text)) return undefined;
  const value = BigInt(text.startsWith('+') ? text.slice(1) : text);
  const limit = 1n << BigInt(bits - 1);
  return value >= -limit && value < limit ? value : undefined;
}

/** A whole number without a sign that fits into 32 bits. */
export function parseGoUnsigned(text: string, base: 8 | 10): number | undefined {
  const digits = base === 8 ? /^[0-7]{1,200}$/ : /^[0-9]{1,200}$/;
  if (!digits.test(text)) return undefined;
  const value = Number.parseInt(text, base);
  return value <= 0xffffffff ? value : undefined;
}

export function parseGoBoolean(text: string): boolean | undefined {
  if (['1', 't', 'T', 'true', 'TRUE', 'True'].includes(text)) return true;
  if (['0', 'f', 'F', 'false', 'FALSE', 'False'].includes(text)) return false;
  return undefined;
}

const nanoseconds: Readonly<Record<string, number>> = {
  ns: 1,
  us: 1e3,
  µs: 1e3,
  μs: 1e3,
  ms: 1e6,
  s: 1e9,
  m: 60e9,
  h: 3600e9,
};

/** A duration such as `1m30s` in nanoseconds (exact up to 2^53); undefined when Go's time.ParseDuration refuses it. */
export function parseGoDuration(text: string): number | undefined {
  const negative = text.startsWith('-');
  const unsigned = negative || text.startsWith('+') ? text.slice(1) : text;
  if (unsigned === '0') return 0;
  if (unsigned === '' || unsigned.length > 1000) return undefined;
  const piece = /(?:([0-9]+)(\.[0-9]*)?|(\.[0-9]+))([^0-9.]+)/y;
  let total = 0;
  while (piece.lastIndex < unsigned.length) {
    const found = piece.exec(unsigned);
    const unit = nanoseconds[found?.[4] ?? ''];
    if (found === null || unit === undefined) return undefined;
    const whole = Number(found[1] ?? 0);
    const fraction = Number(`0${found[2] ?? found[3] ?? '.'}0`);
    total += whole * unit + Math.trunc(fraction * unit);
    if (!(total < 2 ** 63)) return undefined;
  }
  return negative ? -total : total;
}

const sizeUnits = /^(?:b|[kmgtp](?:i?b)?)?$/i;

/** True for a size such as `64m` or `1.5 GiB`. Follows docker/go-units, RAMInBytes. */
export function isByteSize(text: string): boolean {
  let separator = text.length - 1;
  while (separator >= 0 && !/[0-9. ]/.test(text.charAt(separator))) separator -= 1;
  if (separator === -1) return false;
  const number = text.slice(0, text.charAt(separator) === ' ' ? separator : separator + 1);
  const isNumber = /^[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:e[+-]?[0-9]{1,2})?$/i.test(number);
  return isNumber && Number(number) >= 0 && sizeUnits.test(text.slice(separator + 1));
}
