import { ownLabels, ownSelector } from '../own-labels.ts';

/** What all objects of the responder are called. */
export const responderName = 'plimsoll-respond';

/** Its port, in its pod and its Service; the webhook of ../alertmanager names it. */
export const responderPort = 8080;

export const labels = (indent: string): string => ownLabels(responderName, indent);

export const selector = (indent: string): string => ownSelector(responderName, indent);
