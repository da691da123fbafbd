/** Formats that `--format` and `--also` take. */
export const formats = [
  'text',
  'plain',
  'json',
  'sarif',
  'markdown',
  'junit',
  'github',
  'codequality',
  'html',
] as const;

export type ReportFormat = (typeof formats)[number];
