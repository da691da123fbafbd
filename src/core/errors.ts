/** Exit codes of every command (DEVELOPERS.md): 0 clean, 1 findings, 2 usage or input, 3 a needed system failed. */
export const exitCodes = { clean: 0, findings: 1, usage: 2, system: 3 } as const;

/** The code that the system or Node.js gave an error, such as `ENOENT`; undefined where it has none. */
export function errorCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

/** The same as it stands behind what happened: ` (ENOENT)`, or nothing. */
export function codeBehind(error: unknown): string {
  const code = errorCode(error);
  return code === undefined ? '' : ` (${code})`;
}

/** An error that a user can cause or mend: what happened, where, what to do. Printed without a stack. */
export class UserError extends Error {
  override readonly name = 'UserError';
  readonly exitCode: 2 | 3;
  /** `file:line:column`, a digest or an address. */
  readonly where: string | undefined;
  /** What to do next, one sentence. */
  readonly remedy: string | undefined;

  constructor(message: string, details: { where?: string; remedy?: string; exitCode?: 2 | 3; cause?: unknown } = {}) {
    super(message, { cause: details.cause });
    this.exitCode = details.exitCode ?? exitCodes.usage;
    this.where = details.where;
    this.remedy = details.remedy;
  }

  /** A file beside a bundle has this class for itself: its errors are such errors, too. Classes that stand on this one are told apart as usual. */
  static override [Symbol.hasInstance](value: unknown): boolean {
    // biome-ignore lint/complexity/noThisInStatic: of a class on top of this one it is that class.
    if (Function.prototype[Symbol.hasInstance].call(this, value)) return true;
    // biome-ignore lint/complexity/noThisInStatic: the same.
    return this === UserError && value instanceof Error && value.name === 'UserError' && 'exitCode' in value;
  }
}
