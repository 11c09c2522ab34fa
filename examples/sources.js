// One picture in six versions: generated, masked, inpainted, outpainted, redrawn, enlarged.
// node examples/sources.js docs/sources.png smiling-face-with-sunglasses smiling-face-with-heart-eyes
import { createClient } from 'randar-client';
import sharp from 'sharp';

const [file = 'sources.png', name = 'rocket', other = 'alien'] = process.argv.slice(2);
const gap = 8;
const label = { name };

const client = createClient({ url: process.env.RANDAR_URL ?? 'http://127.0.0.1:4000/graphql' });

const drawn = await draw({ label, seed: 7 });
const side = drawn.image.width;
const image = { upload: new Blob([bytesOf(drawn)], { type: 'image/png' }) };

// The masked area is redrawn; `blend` keeps the original pixels around it.
const painted = await sharp({ create: { width: side, height: side, channels: 3, background: '#000000' } })
  .composite([{ input: await rectangle(side * 0.75, side * 0.3), left: side / 8, top: side / 2 }])
  .png()
  .toBuffer();
const mask = { upload: new Blob([painted], { type: 'image/png' }) };
const inpainted = await draw({ label, seed: 3, source: { inpaint: { image, mask, blend: 4 } } });

// Keep the left half of the picture and draw the rest.
const cells = drawn.grid.width;
const left = await sharp(bytesOf(drawn))
  .extract({ left: 0, top: 0, width: side / 2, height: side })
  .png()
  .toBuffer();
const half = { upload: new Blob([left], { type: 'image/png' }) };
const place = { x: 0, y: 0, width: cells / 2, height: cells };
const outpainted = await draw({ label, seed: 3, source: { outpaint: { image: half, ...place } } });

// Redraw the upper half with another label.
const upper = Array.from({ length: (cells * cells) / 2 }, (_, cell) => cell);
const redrawn = await draw({
  label: { name: other },
  seed: 7,
  source: { redraw: { generation: drawn.generation, cells: upper } },
});

const enlarged = await draw({ label, seed: 7, size: { factor: 2 } });
await client.close();

const masked = await sharp(bytesOf(drawn))
  .composite([{ input: await sharp(painted).negate({ alpha: false }).toBuffer(), blend: 'multiply' }])
  .png()
  .toBuffer();
const frames = [bytesOf(drawn), masked, bytesOf(inpainted), bytesOf(outpainted), bytesOf(redrawn), bytesOf(enlarged)];
const width = frames.length * (side + gap) + side;
await sharp({ create: { width, height: 2 * side, channels: 3, background: '#ffffff' } })
  .composite(
    frames.map((input, column) => ({
      input,
      left: column * (side + gap),
      top: input === frames.at(-1) ? 0 : side / 2,
    })),
  )
  .png({ palette: true })
  .toFile(file);
console.log(file);

async function draw(input) {
  for await (const event of client.generate({ preview: { mode: 'NONE' }, ...input })) {
    if (event.__typename !== 'GenerationCompleted') continue;
    const [{ grid, image }] = event.images;
    return { generation: event.generation.id, grid, image };
  }
  throw new Error('the picture was not completed');
}

function bytesOf({ image: { dataUri } }) {
  return Buffer.from(dataUri.split(',')[1], 'base64');
}

function rectangle(width, height) {
  const white = { width: Math.round(width), height: Math.round(height), channels: 3, background: '#ffffff' };
  return sharp({ create: white }).png().toBuffer();
}
