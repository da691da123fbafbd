/** What all objects of the responder are called. */
export const responderName = 'plimsoll-respond';

/** Its port, in its pod and its Service; the webhook of ../alertmanager names it. */
export const responderPort = 8080;

export const labels = (indent: string): string =>
  `${indent}app.kubernetes.io/name: ${responderName}\n${indent}app.kubernetes.io/part-of: plimsoll-observe\n`;

export const selector = (indent: string): string => `${indent}app.kubernetes.io/name: ${responderName}\n`;
