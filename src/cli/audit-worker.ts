import { loadBundle } from './load-bundle.ts';

loadBundle(__dirname).bundle.auditShare();
