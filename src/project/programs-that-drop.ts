/** Programs that start as root and drop what they need not, or start others that do. */
export const programsThatDrop =
  /^(?:gosu|su-exec|setpriv|chpst|runuser|s6-setuidgid|init|s6-svscan|supervisord|nginx|httpd|httpd-foreground|apache2|apache2ctl|apache2-foreground|apachectl|php-fpm[\d.]*|sshd|cron|crond|dockerd|dockerd-entrypoint\.sh|systemd)$/;

/** Whether one of the words of a command, or of a script in them, is such a program. */
export function startsAndDrops(words: readonly string[]): boolean {
  return words
    .flatMap((word, at) => (words[at - 1] === '-c' ? word.split(/\s+/) : [word]))
    .some((word) => programsThatDrop.test(word.slice(word.lastIndexOf('/') + 1)));
}
