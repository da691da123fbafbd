/** More than any script that a person wrote; the shell parser stops at the same depth, but takes long to find it. */
const maximumDepth = 200;

/** Where substitutions are nested too deeply to be read in linear time; undefined for every honest script. Quotes are not looked at. */
export function tooDeepAt(text: string): number | undefined {
  let depth = 0;
  for (let at = text.indexOf('$('); at < text.length && at !== -1; at++) {
    const code = text.charCodeAt(at);
    // $( opens, ) closes.
    if (code === 36 && text.charCodeAt(at + 1) === 40) {
      if (++depth > maximumDepth) return at;
    } else if (code === 41 && depth > 0) depth--;
  }
  return undefined;
}
