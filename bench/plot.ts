export interface Plot {
  readonly title: string;
  readonly x: { readonly title: string; readonly values: readonly number[] };
  readonly lines: readonly { readonly name: string; readonly values: readonly number[] }[];
}

const [width, height] = [640, 360];
const margin = { left: 48, right: 16, top: 40, bottom: 100 };
const colours = ['#0b6bcb', '#c2410c', '#15803d', '#7e22ce'];

/** Plots lines over equally spaced x values, starting at 0, as an SVG for light and dark backgrounds. */
export function plotLines({ title, x, lines }: Plot): string {
  const highest = niceAbove(Math.max(...lines.flatMap(({ values }) => values)));
  const across = (i: number) => margin.left + (i * (width - margin.left - margin.right)) / (x.values.length - 1);
  const up = (value: number) => height - margin.bottom - (value / highest) * (height - margin.top - margin.bottom);
  const text = (at: readonly [number, number], anchor: string, content: string) =>
    `<text x="${at[0].toFixed(1)}" y="${at[1].toFixed(1)}" text-anchor="${anchor}">${content}</text>`;
  const ticks = [0, 0.25, 0.5, 0.75, 1].map((share) => share * highest);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="system-ui, sans-serif" font-size="13" fill="#1f2937">`,
    `<rect width="${width}" height="${height}" fill="#ffffff"/>`,
    `<text x="${margin.left}" y="24" font-size="15" font-weight="600">${title}</text>`,
    ...ticks.flatMap((value) => [
      `<path d="M${margin.left} ${up(value).toFixed(1)}H${width - margin.right}" stroke="#e5e7eb"/>`,
      text([margin.left - 6, up(value) + 4], 'end', `${Number(value.toFixed(2))}`),
    ]),
    ...x.values.map((value, i) => text([across(i), height - margin.bottom + 18], 'middle', `${value}`)),
    text([(margin.left + width - margin.right) / 2, height - margin.bottom + 36], 'middle', x.title),
    ...lines.flatMap(({ name, values }, line) => {
      const colour = colours[line % colours.length] ?? '';
      const points = values.map((value, i) => `${across(i).toFixed(1)},${up(value).toFixed(1)}`).join(' ');
      const at = height - margin.bottom + 56 + 16 * line;
      return [
        `<polyline points="${points}" fill="none" stroke="${colour}" stroke-width="2"/>`,
        ...values.map(
          (value, i) => `<circle cx="${across(i).toFixed(1)}" cy="${up(value).toFixed(1)}" r="3" fill="${colour}"/>`,
        ),
        `<path d="M${margin.left} ${at - 4}h18" stroke="${colour}" stroke-width="2"/>`,
        text([margin.left + 24, at], 'start', name),
      ];
    }),
    '</svg>\n',
  ].join('\n');
}

/** The smallest of 1, 2, 4, 6 and 8 times a power of ten that is at least `value`. */
function niceAbove(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  return ([1, 2, 4, 6, 8, 10].find((times) => times * power >= value) ?? 10) * power;
}
