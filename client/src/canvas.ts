/** For pages without React: draws a picture's state on a canvas. */
export { createPainter, type Painter } from './painter.js';
