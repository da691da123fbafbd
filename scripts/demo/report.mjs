// What the demo prints at its end: the way from the metric to the record, and both versions side by side.

/** Who took which part of the time from the first sample over the threshold to the record; seconds. */
export function timeline(moments) {
  const { over, pending, firing, received, acted, recorded, told, deliverySeconds = 0 } = moments;
  const rows = [
    ['scrape and recording rule', over, pending],
    ['waiting whether it lasts (for)', pending, firing],
    ['grouping in Alertmanager', firing, received - deliverySeconds * 1000],
    ['delivery of the webhook', received - deliverySeconds * 1000, received],
    ['decision and action', received, acted],
    ['record with evidence', acted, Math.max(acted, recorded)],
  ];
  const seconds = (from, to) =>
    from === undefined || to === undefined ? 'unknown' : `${((to - from) / 1000).toFixed(1)} s`;
  return [
    'from the first sample over nine tenths of the limit to the record',
    ...rows.map(([what, from, to]) => `  ${what.padEnd(34)}${seconds(from, to).padStart(9)}`),
    `  ${'together'.padEnd(34)}${seconds(over, Math.max(acted, recorded)).padStart(9)}`,
    `  ${'until a person was told'.padEnd(34)}${seconds(over, told).padStart(9)}`,
  ].join('\n');
}

/** The example with its faults and what plimsoll made of it. */
export function sideBySide(faulty, fixed) {
  const megabytes = (bytes) => `${(bytes / 1e6).toFixed(0)} MB`;
  const seconds = (value) => (value === undefined ? 'unknown' : `${value.toFixed(1)} s`);
  const rows = [
    ['', 'with its faults', 'repaired'],
    [
      'findings: error, warning, note',
      ...[faulty, fixed].map(({ findings: { error, warning, note } }) => `${error}, ${warning}, ${note}`),
    ],
    ['image', ...[faulty, fixed].map(({ bytes }) => megabytes(bytes))],
    ['layers', ...[faulty, fixed].map(({ layers }) => String(layers))],
    ['pull by the kubelet', ...[faulty, fixed].map(({ pullSeconds }) => seconds(pullSeconds))],
    ['until all pods were ready', ...[faulty, fixed].map(({ readySeconds }) => seconds(readySeconds))],
    [
      'memory after the customers',
      ...[faulty, fixed].map(({ memory }) => (memory === undefined ? 'unknown' : megabytes(memory))),
    ],
  ];
  return rows.map(([what, one, other]) => `  ${what.padEnd(34)}${one.padStart(16)}${other.padStart(12)}`).join('\n');
}
