import type { ResponsePolicy } from '../../kubernetes/response/response-policy.ts';
import type { GeneratedFile } from '../observe-plan.ts';
export function responderManifests(_: {
  readonly policy: ResponsePolicy;
  readonly policyText: string;
  readonly namespace: string;
  readonly image: string;
  readonly mode: 'act' | 'dry-run' | undefined;
}): readonly GeneratedFile[] {
  return [];
}
