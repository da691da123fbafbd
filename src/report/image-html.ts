import { renderHtml } from './html.ts';
import type { ImageView } from './image-view.ts';

/** An image as one page that needs nothing else. */
export function renderImageHtml(view: ImageView): string {
  return renderHtml(view.report);
}
