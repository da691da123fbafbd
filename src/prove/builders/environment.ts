/** Variables of the caller: `process.env`. */
export type Environment = Readonly<Record<string, string | undefined>>;
