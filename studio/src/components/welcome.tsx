import { useEffect, useRef, useState } from 'react';
import { useReducedMotion, useThemeColours } from '../hooks.js';
import { paintStage } from '../paint-stage.js';

const side = 16;
const cellCount = side * side;
/** Cells per second, and seconds for which the complete grid stays. */
const pace = 24;
const restSeconds = 3;
/** Enough for such a slow animation. */
const frameMs = 1000 / pace;

/** An animation shown before the first picture, with colours for the order. */
export function Welcome({ theme }: { readonly theme: string }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const colours = useThemeColours(canvas, theme);
  const isStill = useReducedMotion();
  const [decodedAt] = useState(anyOrder);

  useEffect(() => {
    const context = canvas.current?.getContext('2d');
    if (!context) return;
    const began = performance.now();
    const paint = () => {
      const seconds = ((performance.now() - began) / 1000) % (cellCount / pace + restSeconds);
      paintStage(
        context,
        {
          cells: { width: side, height: side, decodedAt, probability: new Float32Array() },
          at: isStill ? cellCount / 3 : seconds * pace,
          totalSteps: cellCount,
          picture: undefined,
          isWhole: false,
          view: 'order',
          isGlowing: !isStill,
        },
        colours,
      );
    };
    paint();
    if (isStill) return;
    const timer = setInterval(paint, frameMs);
    return () => clearInterval(timer);
  }, [colours, decodedAt, isStill]);

  return (
    <section className="welcome" aria-labelledby="welcome">
      <div className="stage">
        <canvas ref={canvas} width={640} height={640} aria-hidden="true" />
        <div className="words">
          <h2 id="welcome">A picture in any order</h2>
          <p>
            Most autoregressive image models decode tokens row by row. RandAR decodes them in any order, several at a
            time. Pick a label, press Draw, and watch.
          </p>
        </div>
      </div>
    </section>
  );
}

/** For each cell the step that decodes it, in a random order. */
function anyOrder(): Int32Array {
  const order = Int32Array.from({ length: cellCount }, (_, at) => at + 1);
  for (let last = cellCount - 1; last > 0; last--) {
    const other = Math.floor(Math.random() * (last + 1));
    [order[last], order[other]] = [order[other] ?? 0, order[last] ?? 0];
  }
  return order;
}
