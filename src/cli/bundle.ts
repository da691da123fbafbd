// What main.ts and audit-worker.ts load of the bundle: they are small files of their own, so that the bundle can be
// compiled with V8's code cache.
export { auditShare } from './audit-share.ts';
export { run } from './run.ts';
