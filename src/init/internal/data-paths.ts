const kept = /(?:^|_)(?:data|db|database|sqlite|dumps?|snapshots?|uploads?|storage|store|state|media)(?:_|$)/i;
const namesPath = /(?:^|_)(?:dir|directory|folder|path|file|filename|root|db|data)$/i;

/** Without a directory or an extension it may be the name of a database on a server: `POSTGRES_DB=shop`. */
const looksLikePath = /\/|^[\w-]+\.[a-z]\w{1,7}$/i;
const surelyPath = /(?:^|_)(?:dir|directory|folder|path|file|filename)$/i;

/** Whether a variable with this default names a place of the program's own where it keeps data: `DB_FILENAME`, `db/data`. */
export function isDataPath(name: string, fallback: string | undefined): fallback is string {
  return (
    fallback !== undefined &&
    /^(?:\.\/)?[\w-][\w./-]*$/.test(fallback) &&
    !fallback.includes('..') &&
    !/^(?:\d+|true|false)$/.test(fallback) &&
    (looksLikePath.test(fallback) || surelyPath.test(name)) &&
    kept.test(name) &&
    namesPath.test(name)
  );
}

const namesData =
  /(?:^|_)(?:data|db|dbs|database|sqlite|storage|state|uploads?|cache|logs?)_?(?:dir|directory|folder|path|file|filename|location|root|home)$|(?:^|_)dbpath$/i;

/** Whether a variable of this name says where a program keeps what it writes, and nothing that it comes with. */
export function namesDataPlace(name: string): boolean {
  return namesData.test(name);
}

/** Whether what lies where the variable points may be lost. */
export function namesTransient(name: string): boolean {
  return /(?:^|_)(?:cache|logs?)_/i.test(name);
}

/** Whether the path is that of a file that a program keeps, by its ending. */
export function isDataFile(path: string): boolean {
  return /\.(?:db|sqlite3?|log|json)$/.test(path);
}

/** Whether a directory has the name of a place where programs keep what they write: `data`, `var/storage`. */
export function isNamedForData(directory: string): boolean {
  return directory.split('/').some((part) => /^(?:data|db|databases?|storage|store|state|uploads?)$/i.test(part));
}

/** A file that keeps a directory in Git, or from being read over the web, and that no program looks for. */
export const keepsDirectory = /\/(?:\.git(?:keep|ignore)|\.keep|\.htaccess|index\.html|web\.config|README(?:\.md)?)$/;
