import { UserError } from '../core/errors.ts';
import { jsonText } from '../core/json-text.ts';
import { printable } from '../core/printable.ts';
import { attestedSentence } from '../report/attachment-view.ts';
import type { ImageView } from '../report/image-view.ts';
import type { Terminal } from './command.ts';

/**
 * The list of packages that is attached to an image, as it is attached; what it differs in from what was found goes to standard error.
 * @throws UserError where there is none
 */
export function attestedSbom({ attachments, image }: ImageView, terminal: Terminal): string {
  const where = printable(image.analysis.image.name);
  const lists = (attachments ?? []).filter(({ sbom, ofThisImage }) => sbom && ofThisImage !== false);
  const [first, ...others] = lists;
  const remedy = '--sbom cyclonedx and --sbom spdx write what was found in it.';
  if (!first?.sbom) throw new UserError(whyNone(attachments), { where, remedy });
  const say = (text: string) => terminal.stderr.write(`${printable(`plimsoll: ${where}: ${text}`)}\n`);
  say(attestedSentence(first.sbom, first.attachment.digest));
  for (const { attachment } of others) say(`another list is attached, too: ${attachment.digest}`);
  try {
    return jsonText(first.sbom.document);
  } catch (cause) {
    throw new UserError('The list of packages that is attached is nested too deep to be written.', {
      where,
      remedy,
      cause,
    });
  }
}

function whyNone(attachments: ImageView['attachments']): string {
  if (attachments === undefined)
    return 'What is attached to an image is not known here: name it in a registry or an OCI layout.';
  const unread = attachments.find(({ kind, problem }) => problem !== undefined && kind !== 'signature');
  return unread === undefined
    ? 'No list of packages is attached to this image.'
    : `No list of packages that is attached could be read. ${unread.attachment.digest}: ${unread.problem}`;
}
