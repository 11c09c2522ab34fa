type Rgb = readonly [red: number, green: number, blue: number];

/**
 * Dark violet through the accent to pale yellow. Lightness increases throughout, so the scale does not depend on colour
 * vision.
 */
const ramp: readonly [Rgb, Rgb, Rgb, Rgb] = [
  [45, 27, 78],
  [146, 43, 92],
  [232, 104, 44],
  [255, 232, 158],
];

/** @param value 0 to 1. */
export function heatColour(value: number): string {
  const place = Math.min(Math.max(value, 0), 1) * (ramp.length - 1);
  const low = Math.min(Math.floor(place), ramp.length - 2);
  const [from, to] = [ramp[low] ?? ramp[0], ramp[low + 1] ?? ramp[3]];
  const mixed = from.map((part, i) => Math.round(part + ((to[i] ?? 0) - part) * (place - low)));
  return `rgb(${mixed.join(' ')})`;
}

export const heatGradient = `linear-gradient(to right, ${[0, 1 / 3, 2 / 3, 1].map(heatColour).join(', ')})`;
