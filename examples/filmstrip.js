// Generates a picture of each label and shows its progress on a strip: mosaics after some steps, then the finished picture.
// node examples/filmstrip.js docs/decoding.png rocket red-heart
import { createClient } from 'randar-client';
import sharp from 'sharp';

const [file = 'decoding.png', ...labels] = process.argv.slice(2);
const shownShares = [0.05, 0.2, 0.4, 0.6, 0.8];
const gap = 8;

const client = createClient({ url: process.env.RANDAR_URL ?? 'http://127.0.0.1:4000/graphql' });
const strips = [];
for (const name of labels.length > 0 ? labels : ['rocket']) strips.push(await drawStrip(name));
await client.close();

const [{ width, height }] = strips[0];
const frames = strips.flatMap((strip, row) =>
  strip.map(({ dataUri }, column) => ({
    input: Buffer.from(dataUri.split(',')[1], 'base64'),
    left: column * (width + gap),
    top: row * (height + gap),
  })),
);
const canvas = {
  width: strips[0].length * (width + gap) - gap,
  height: strips.length * (height + gap) - gap,
  channels: 3,
  background: '#ffffff',
};
await sharp({ create: canvas }).composite(frames).png({ palette: true }).toFile(file);
console.log(file);

async function drawStrip(name) {
  const previews = [];
  let decoded = 0;
  for await (const event of client.generate({ label: { name }, seed: 7 }, { previews: { format: 'PNG' } })) {
    if (event.__typename === 'StepDecoded') decoded = event.images[0].decoded;
    if (event.__typename === 'PreviewRendered') previews.push({ decoded, image: event.image });
    if (event.__typename === 'GenerationCompleted') {
      const [{ grid, image }] = event.images;
      const cells = grid.values.length;
      return [...shownShares.map((share) => previews.find((p) => p.decoded >= share * cells).image), image];
    }
  }
  throw new Error(`${name} was not completed`);
}
