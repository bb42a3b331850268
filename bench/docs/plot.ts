import { scaleLog } from 'd3-scale';
import { line } from 'd3-shape';
import type { Plot } from '../bench.ts';

const WIDTH = 740;
const HEIGHT = 360;
const MARGIN = { top: 40, right: 230, bottom: 48, left: 72 };
/** Told apart in both themes and by those who confuse red and green. */
const COLOURS = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#e69f00', '#56b4e9'];

type Point = readonly [x: number, y: number];

/**
 * A plot as an SVG that reads in a light and in a dark page. Both axes are logarithmic, since sizes are tens of each other: what is nothing
 * or less has no place on them.
 */
export function drawPlot({ title, x: xLabel, y: yLabel, series: measured }: Plot): string {
  const series = measured.map(({ name, points }) => ({
    name,
    points: points.filter((point) => point.every((value) => value > 0)),
  }));
  const points = series.flatMap((one) => one.points);
  const x = scaleLog(extent(points.map(([at]) => at)), [MARGIN.left, WIDTH - MARGIN.right]);
  const y = scaleLog(extent(points.map(([, value]) => value)), [HEIGHT - MARGIN.bottom, MARGIN.top]).nice();
  const path = line<Point>(
    ([at]) => x(at),
    ([, value]) => y(value),
  );
  const middle = (MARGIN.top + HEIGHT - MARGIN.bottom) / 2;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${escapeXml(title)}">
<style>
  text { font: 12px system-ui, sans-serif; fill: #24292f; }
  .title { font-weight: 600; font-size: 14px; }
  .grid { stroke: #8884; }
  @media (prefers-color-scheme: dark) { text { fill: #e6edf3; } }
</style>
<text class="title" x="${MARGIN.left}" y="22">${escapeXml(title)}</text>
${powers(y.domain())
  .map((value) => gridLine(value, y(value)))
  .join('\n')}
${unique(points.map(([at]) => at))
  .map(
    (at) =>
      `<text x="${round(x(at))}" y="${HEIGHT - MARGIN.bottom + 18}" text-anchor="middle">${amount(at)}</text>`,
  )
  .join('\n')}
<text x="${(MARGIN.left + WIDTH - MARGIN.right) / 2}" y="${HEIGHT - 8}" text-anchor="middle">${escapeXml(xLabel)}</text>
<text transform="translate(14 ${middle}) rotate(-90)" text-anchor="middle">${escapeXml(yLabel)}</text>
${series.map((one, index) => drawSeries(one, { colour: COLOURS[index % COLOURS.length] ?? '', path, at: ([at, value]) => [x(at), y(value)] })).join('\n')}
${labels(series, (value) => y(value))}
</svg>
`;
}

function drawSeries(
  { points }: Plot['series'][number],
  {
    colour,
    path,
    at,
  }: { colour: string; path: (points: Point[]) => string | null; at: (point: Point) => Point },
): string {
  const dots = points
    .map(at)
    .map(([cx, cy]) => `<circle cx="${round(cx)}" cy="${round(cy)}" r="3" fill="${colour}"/>`);
  return `<path d="${path([...points]) ?? ''}" fill="none" stroke="${colour}" stroke-width="2"/>${dots.join('')}`;
}

/** The name of each series beside its last point, moved apart where they would touch. */
function labels(series: Plot['series'], y: (value: number) => number): string {
  const wanted = series
    .map(({ name, points }, index) => ({ name, index, at: y(points.at(-1)?.[1] ?? 1) }))
    .sort((a, b) => a.at - b.at);
  let lowest = 0;
  return wanted
    .map(({ name, index, at }) => {
      lowest = Math.max(at + 4, lowest + 16);
      return `<text x="${WIDTH - MARGIN.right + 12}" y="${round(lowest)}" style="fill: ${COLOURS[index % COLOURS.length]}">${escapeXml(name)}</text>`;
    })
    .join('\n');
}

function gridLine(value: number, at: number): string {
  return `<line class="grid" x1="${MARGIN.left}" x2="${WIDTH - MARGIN.right}" y1="${round(at)}" y2="${round(at)}"/><text x="${MARGIN.left - 8}" y="${round(at + 4)}" text-anchor="end">${amount(value)}</text>`;
}

function extent(values: readonly number[]): [number, number] {
  return [Math.min(...values), Math.max(...values)];
}

/** The powers of ten within a domain. */
function powers([from = 1, to = 1]: number[]): number[] {
  const first = Math.ceil(Math.log10(from));
  const count = Math.floor(Math.log10(to)) - first + 1;
  return Array.from({ length: Math.max(0, count) }, (_, index) => 10 ** (first + index));
}

const unique = (values: readonly number[]): number[] => [...new Set(values)];
const round = (value: number): number => Math.round(value * 10) / 10;
const amount = (value: number): string => value.toLocaleString('en', { maximumSignificantDigits: 6 });
const escapeXml = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
