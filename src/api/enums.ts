import type { GenerationStatus as Status } from '../generation/generation.js';
import type { Guidance } from '../decoding/guidance.js';
import type { NamedOrder } from '../decoding/order.js';
import type { Fit } from '../image/decode.js';
import type { ImageFormat as Format } from '../image/encode.js';
import type {
  GenerationStatus,
  GuidanceCurve,
  ImageFit,
  ImageFormat,
  OrderKind,
  PreviewMode,
} from './generated/resolvers.js';

/** Maps the schema's enums to the values used in `decoding`. */

export const orderKinds: Record<OrderKind, NamedOrder> = {
  RANDOM: 'random',
  RASTER: 'raster',
  SPIRAL: 'spiral',
  HALTON: 'halton',
  SUBSAMPLE: 'subsample',
  LOCALITY: 'locality',
  CENTER_OUT: 'center-out',
};

export const guidanceCurves: Record<GuidanceCurve, Guidance['curve']> = { LINEAR: 'linear', COSINE: 'cosine' };

export const previewModes: Record<PreviewMode, 'none' | 'mosaic' | 'decoded'> = {
  NONE: 'none',
  MOSAIC: 'mosaic',
  DECODED: 'decoded',
};

export const imageFormats: Record<ImageFormat, Format> = { PNG: 'png', WEBP: 'webp', JPEG: 'jpeg', AVIF: 'avif' };

export const imageFits: Record<ImageFit, Fit> = { COVER: 'cover', CONTAIN: 'contain', FILL: 'fill' };

export const statuses: Record<Status, GenerationStatus> = {
  queued: 'QUEUED',
  running: 'RUNNING',
  completed: 'COMPLETED',
  failed: 'FAILED',
  cancelled: 'CANCELLED',
};

export const statusOf: Record<GenerationStatus, Status> = {
  QUEUED: 'queued',
  RUNNING: 'running',
  COMPLETED: 'completed',
  FAILED: 'failed',
  CANCELLED: 'cancelled',
};
