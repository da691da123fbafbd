/** One line of `/etc/passwd` with what `/etc/shadow` says of it. A password's hash is nowhere kept. */
export interface ImageAccount {
  readonly name: string;
  readonly user: number;
  readonly group: number;
  readonly home: string;
  readonly shell: string;
  /** `none`: whoever names the account is let in (https://man7.org/linux/man-pages/man5/shadow.5.html). */
  readonly password: 'none' | 'locked' | 'set';
}

/** More lines than that are no accounts. */
const mostAccounts = 10_000;

/**
 * The accounts of an image. Lines that are none are left out.
 * @param passwd text of `/etc/passwd`
 * @param shadow text of `/etc/shadow`; absent where there is none
 */
export function readAccounts(passwd: string, shadow: string | undefined): readonly ImageAccount[] {
  const passwords = new Map(linesOf(shadow ?? '').map(([name = '', password]) => [name, password]));
  return linesOf(passwd).flatMap(([name, password, user, group, , home, shell]) => {
    if (!name || !/^\d{1,10}$/.test(user ?? '')) return [];
    // «x» says that the shadow file has it: without a line there, nobody is let in by password.
    const known = password === 'x' ? passwords.get(name) : password;
    return [
      {
        name,
        user: Number(user),
        group: /^\d{1,10}$/.test(group ?? '') ? Number(group) : 0,
        home: home ?? '',
        shell: shell ?? '',
        password: known === '' ? 'none' : known === undefined || /^[!*x]/.test(known) ? 'locked' : 'set',
      } satisfies ImageAccount,
    ];
  });
}

function linesOf(text: string): readonly string[][] {
  return text
    .split('\n', mostAccounts)
    .filter((line) => line.includes(':'))
    .map((line) => line.split(':'));
}
