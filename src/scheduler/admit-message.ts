import type { PictureRequest } from '../decoding/decoding.js';
import { smallCells, smallGrid } from '../decoding/enlarging.js';
import { cellCount } from '../decoding/grid.js';
import { knownCells } from '../decoding/known.js';
import type { Generation } from '../generation/generation.js';
import type { GenerationRequest } from '../generation/request.js';
import type { AdmitMessage, KvSlots } from '../worker/protocol.js';

/** Everything a decode worker will ever need for a generation. */
export function admitMessage({ id, request }: Generation, slots: KvSlots): AdmitMessage {
  const { label, seed, count, guidance, sampling, known, enlarging } = request;
  const pictures = Array.from({ length: count }, (_, i): PictureRequest => {
    const picture = { label, seed: seed + i, ...ordersOf(request) };
    return known ? { ...picture, known: knownCells(known, seed + i) } : picture;
  });
  const smallSteps = enlarging?.smallSteps ?? request.tokensPerStep.length;
  return {
    type: 'admit',
    id,
    slots,
    request: { pictures, tokensPerStep: request.tokensPerStep.slice(0, smallSteps), guidance, sampling },
    enlarging: enlarging && {
      tokensPerStep: request.tokensPerStep.slice(smallSteps),
      spatialGuidance: enlarging.spatialGuidance,
    },
  };
}

/**
 * Explicit positions of an enlargement list the cells of the small picture first, at their places in the large grid.
 */
function ordersOf(request: GenerationRequest): Pick<PictureRequest, 'order' | 'enlargedOrder'> {
  const { order, enlarging } = request;
  if (!enlarging || order.kind !== 'explicit') return { order };
  const small = smallGrid(request);
  const count = cellCount(small);
  return {
    order: { kind: 'explicit', positions: smallCells(order.positions.slice(0, count), small) },
    enlargedOrder: { kind: 'explicit', positions: order.positions.slice(count) },
  };
}
