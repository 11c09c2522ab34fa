import type { TransformerFamily } from '../graph/transformer-family.js';

/** What a model can be asked for. The rest is refused before it is queued. */
export interface Capabilities {
  /** Steps that decode more than one cell. */
  readonly parallelSteps: boolean;
  /** Any order of the cells, or row by row alone. */
  readonly anyOrder: boolean;
  /** Pictures that start from known tokens: inpainting, outpainting, editing. */
  readonly knownTokens: boolean;
  /** Pictures of twice the model's own size. */
  readonly enlarging: boolean;
  readonly features: boolean;
}

const everything: Capabilities = {
  parallelSteps: true,
  anyOrder: true,
  knownTokens: true,
  enlarging: true,
  features: true,
};

/**
 * RAR asks for the cell after each token, so it decodes one cell a step; its positions are learned for one grid. In
 * training the share of random orders fell to none, so that released weights know no order but raster.
 *
 * @param anyOrder whether RAR's weights were never annealed so
 */
export function capabilitiesOf(family: TransformerFamily, anyOrder = false): Capabilities {
  if (family === 'randar') return everything;
  return { parallelSteps: false, anyOrder, knownTokens: false, enlarging: false, features: false };
}
