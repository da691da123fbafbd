const blocks = '▁▂▃▄▅▆▇█';

/** A line of numbers as one of blocks, the lowest number the lowest block; a gap where there is none. At most so many: of the runs between, every nth. */
export function sparkline(values: readonly (number | undefined)[], atMost: number): string {
  const shown = thinned(values, atMost);
  const known = shown.filter((value) => value !== undefined);
  const lowest = Math.min(...known);
  const span = Math.max(...known) - lowest;
  return shown
    .map((value) => {
      if (value === undefined) return ' ';
      const step = span === 0 ? 3 : Math.round(((value - lowest) / span) * (blocks.length - 1));
      return blocks[step] ?? ' ';
    })
    .join('');
}

/** So many of the values, the first and the last with them. */
export function thinned<Value>(values: readonly Value[], atMost: number): Value[] {
  if (values.length <= atMost) return [...values];
  const last = values.length - 1;
  return Array.from({ length: atMost }, (_, at) => Math.round((at * last) / (atMost - 1))).flatMap((at) =>
    values.slice(at, at + 1),
  );
}
