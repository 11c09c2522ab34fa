/**
 * Keeps a canvas at one canvas pixel per screen pixel, for any CSS size and pixel density.
 *
 * @param redraw Called after each change of size, since that clears the canvas.
 * @returns A function that stops it.
 */
export function fitCanvas(canvas: HTMLCanvasElement, redraw: () => void): () => void {
  let density: MediaQueryList | undefined;

  const fit = () => {
    const width = Math.max(1, Math.round(canvas.clientWidth * devicePixelRatio));
    const height = Math.max(1, Math.round(canvas.clientHeight * devicePixelRatio));
    if (canvas.width === width && canvas.height === height) return;
    canvas.width = width;
    canvas.height = height;
    redraw();
  };
  // A media query matches one density, so each change needs a new one.
  const watchDensity = () => {
    density?.removeEventListener('change', watchDensity);
    density = matchMedia(`(resolution: ${devicePixelRatio}dppx)`);
    density.addEventListener('change', watchDensity);
    fit();
  };

  const size = new ResizeObserver(fit);
  size.observe(canvas);
  watchDensity();
  return () => {
    size.disconnect();
    density?.removeEventListener('change', watchDensity);
  };
}
