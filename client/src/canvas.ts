/** For pages without React: draws the state of a picture on a canvas. */
export { createPainter, type Painter } from './painter.js';
