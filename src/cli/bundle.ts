import type { ShareRequest } from './audit-share.ts';

// What main.ts and audit-worker.ts load: they are small files of their own, so that this bundle can be compiled with V8's
// code cache.
export { run } from './run.ts';

/** Does one thread's share of an audit, see audit-share.ts. */
export async function auditShare(request: ShareRequest) {
  const { auditShare: share } = await import('./audit-share.ts');
  return share(request);
}
