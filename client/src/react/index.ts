export { ProgressiveImage, type ProgressiveImageProps } from './progressive-image.js';
export { RandarProvider, useClient } from './provider.js';
export type { Drawing } from './drawing.js';
export { useFollow, useGeneration, type DrawingOptions } from './use-generation.js';
