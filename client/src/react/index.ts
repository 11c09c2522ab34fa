export { ProgressiveImage, type ProgressiveImageProps } from './progressive-image.js';
export { RandarProvider, useClient } from './provider.js';
export { useFollow, useGeneration, type Drawing, type DrawingOptions } from './use-generation.js';
