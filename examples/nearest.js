// Generates pictures of some labels and finds the nearest neighbour of each by its features.
// node examples/nearest.js [labels] [pictures of each]
import { createClient } from 'randar-client';

const [labelCount = '16', perLabel = '4'] = process.argv.slice(2);
const client = createClient({ url: process.env.RANDAR_URL ?? 'http://127.0.0.1:4000/graphql' });

const { edges } = await client.labels({ first: 1000 });
const every = Math.max(1, Math.floor(edges.length / Number(labelCount)));
const names = edges.filter((_, i) => i % every === 0).map(({ node }) => node.name);
const pictures = [];
for (const name of names.slice(0, Number(labelCount))) {
  for (const image of await draw(name)) pictures.push({ name, ...(await client.features(image.dataUri)) });
}
await client.close();

const means = { same: [], other: [] };
let hits = 0;
for (const picture of pictures) {
  const others = pictures.filter((other) => other !== picture).map((other) => [other, cosine(picture, other)]);
  for (const [other, nearness] of others) means[other.name === picture.name ? 'same' : 'other'].push(nearness);
  const [nearest] = others.reduce((best, each) => (each[1] > best[1] ? each : best));
  if (nearest.name === picture.name) hits++;
}
const chance = (Number(perLabel) - 1) / (pictures.length - 1);
console.log(`features after layer ${pictures[0].layer}: ${pictures.length} pictures of ${names.length} labels`);
console.log(`mean cosine: ${mean(means.same)} within a label, ${mean(means.other)} between labels`);
console.log(`nearest picture has the same label: ${hits} of ${pictures.length} (chance: ${percent(chance)})`);

async function draw(name) {
  const input = { label: { name }, seed: 50, count: Number(perLabel), preview: { mode: 'NONE' } };
  for await (const event of client.generate(input)) {
    if (event.__typename === 'GenerationCompleted') return event.images.map(({ image }) => image);
  }
  throw new Error(`${name} was not completed`);
}

function cosine({ values: a }, { values: b }) {
  const dot = (p, q) => p.reduce((sum, x, i) => sum + x * q[i], 0);
  return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
}

function mean(values) {
  return (values.reduce((sum, value) => sum + value, 0) / values.length).toFixed(3);
}

function percent(share) {
  return `${Math.round(share * 100)} %`;
}
