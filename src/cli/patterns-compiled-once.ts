import { setFlagsFromString } from 'node:v8';

/**
 * Does short work with patterns compiled to machine code when they are first used. V8 makes bytecode of a pattern first, and machine
 * code when it is used again; an audit of one repository uses hundreds, most of them twice or more, and to compile is what costs.
 * The flag holds for the whole process and makes V8 refuse code that was cached without it, that of Node.js's own modules too:
 * none should be loaded in `work`.
 */
export function patternsCompiledOnce<T>(work: () => T): T {
  setFlagsFromString('--no-regexp-tier-up');
  try {
    return work();
  } finally {
    setFlagsFromString('--regexp-tier-up');
  }
}
