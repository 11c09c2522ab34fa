import { createElement, useEffect, useRef, type CanvasHTMLAttributes, type ReactElement } from 'react';
import { isOver, type GenerationState } from '../generation-state.js';
import { createPainter, type Painter } from '../painter.js';

type CanvasAttributes = Omit<CanvasHTMLAttributes<HTMLCanvasElement>, 'children' | 'height' | 'role' | 'width'>;

export interface ProgressiveImageProps extends CanvasAttributes {
  /** The result of useGeneration or useFollow, or a state from nextState. */
  readonly generation: GenerationState;
  /** Which of its pictures. Default: the first. */
  readonly index?: number;
  /** Accessible name. Default: the label's title and the progress. */
  readonly alt?: string;
  /** CSS pixels, or a CSS length. Default: the picture's own width. The height follows, unless set in `style`. */
  readonly width?: number | string;
}

/** Used until the picture's size is known. */
const firstSize = { imageWidth: 128, imageHeight: 128 };

/** A picture that appears cell by cell as it is decoded, sharp at any pixel density. */
export function ProgressiveImage(props: ProgressiveImageProps): ReactElement {
  const { generation, index = 0, alt, width, style, ...attributes } = props;
  const canvas = useRef<HTMLCanvasElement>(null);
  const painter = useRef<Painter | undefined>(undefined);
  const id = generation.generation?.id;
  const picture = generation.pictures[index];

  useEffect(() => {
    if (!canvas.current) return;
    const own = createPainter(canvas.current);
    painter.current = own;
    return () => own.dispose();
  }, [id, index]);
  useEffect(() => {
    if (picture) painter.current?.paint(picture);
  }, [id, picture]);

  const size = sizeOf(generation, index);
  return createElement('canvas', {
    ...attributes,
    ref: canvas,
    role: 'img',
    'aria-label': alt ?? nameOf(generation, index),
    'aria-busy': generation.status !== 'IDLE' && !isOver(generation),
    style: { width: width ?? size.width, aspectRatio: `${size.width} / ${size.height}`, maxWidth: '100%', ...style },
  });
}

/** Size of the finished picture in pixels; before it has started, the model's. */
function sizeOf({ generation, pictures }: GenerationState, index: number) {
  const { imageWidth: width, imageHeight: height } = pictures[index] ?? generation?.model ?? firstSize;
  return { width, height };
}

function nameOf({ generation, pictures, status }: GenerationState, index: number): string {
  const title = generation?.label.title ?? 'A picture';
  if (status === 'COMPLETED') return title;
  const picture = pictures[index];
  const percent = picture ? Math.floor((100 * picture.decoded) / picture.tokens.length) : 0;
  return `${title}, ${percent} % drawn`;
}
