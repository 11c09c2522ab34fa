import type { Page } from 'playwright-core';
import sharp from 'sharp';

interface File {
  readonly name: string;
  readonly mimeType: string;
  readonly buffer: Buffer;
}

/** A picture whose size matches no model. */
export async function photo(): Promise<File> {
  const background = { r: 240, g: 180, b: 40 };
  const buffer = await sharp({ create: { width: 300, height: 200, channels: 3, background } })
    .jpeg()
    .toBuffer();
  return { name: 'photo.jpg', mimeType: 'image/jpeg', buffer };
}

/** Drops a file on the page's heading, which does not handle files itself. */
export async function dropAnywhere(page: Page, { name, mimeType, buffer }: File): Promise<void> {
  await page.evaluate(`
    const data = new DataTransfer();
    const bytes = Uint8Array.from(atob('${buffer.toString('base64')}'), (character) => character.charCodeAt(0));
    data.items.add(new File([bytes], '${name}', { type: '${mimeType}' }));
    const drop = new DragEvent('drop', { dataTransfer: data, bubbles: true, cancelable: true });
    document.querySelector('h1').dispatchEvent(drop);
  `);
}
