/**
 * Keeps a canvas at one of its pixels for one of the screen's, whatever its CSS size and the screen's density.
 *
 * @param redraw after a change, which empties the canvas
 * @returns ends that
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
  // A media query holds for one density: the next one needs its own.
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
