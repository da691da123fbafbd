const kept = /(?:^|_)(?:data|db|database|sqlite|dumps?|snapshots?|uploads?|storage|store|state|media)(?:_|$)/i;
const namesPath = /(?:^|_)(?:dir|directory|folder|path|file|filename|root|db|data)$/i;

/** Whether a variable with this default names a place of the program's own where it keeps data: `DB_FILENAME`, `db/data`. */
export function isDataPath(name: string, fallback: string | undefined): fallback is string {
  return (
    fallback !== undefined &&
    /^(?:\.\/)?[\w-][\w./-]*$/.test(fallback) &&
    !fallback.includes('..') &&
    !/^(?:\d+|true|false)$/.test(fallback) &&
    kept.test(name) &&
    namesPath.test(name)
  );
}
