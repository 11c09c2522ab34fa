import { cellCount } from './grid.js';
import { guidanceScale, isGuided, mixLogits, mixSpatialLogits, type Guidance } from './guidance.js';
import { nothingKnown, type KnownCells } from './known.js';
import { orderCells, type Order } from './order.js';
import { Random } from './random.js';
import { Sampler, type Draw, type Sampling } from './sampler.js';
import type { Sequence, SequenceLayout, StepInputs } from './sequence.js';
import { greedyDivisor, type StepDraws } from './step-draws.js';
import { floatAt, intAt, numberAt, rowAt } from '../numbers/at.js';

/** Pictures that are decoded together, step by step. */
export interface DecodingRequest {
  /** All start with the same number of known cells. */
  readonly pictures: readonly PictureRequest[];
  /** The sum is the number of cells that are not known. */
  readonly tokensPerStep: readonly number[];
  readonly guidance: Guidance;
  /** For an enlargement: guidance by the known tokens. */
  readonly spatialGuidance?: Guidance;
  readonly sampling: Sampling;
}

export interface PictureRequest {
  readonly label: number;
  readonly seed: number;
  /** Explicit positions list only the cells that are not known. */
  readonly order: Order;
  /** Cells known from the start. Default: none. */
  readonly known?: KnownCells;
  /** For spatial guidance: cells whose known token the last sequence is fed as zeros. Default: chosen by the seed. */
  readonly hidden?: readonly number[];
  /** The order of an enlargement's open cells, if it differs. */
  readonly enlargedOrder?: Order;
}

/** The cells of one picture that one step decoded. */
export interface DecodedCells {
  readonly positions: Int32Array;
  readonly tokens: Int32Array;
  readonly probabilities: Float32Array;
}

interface Picture extends Sequence {
  readonly random: Random;
}

/**
 * Parallel decoding as a state machine, independent of the runtime: `next()` returns the inputs of a step, `apply(logits)`
 * draws its tokens. If a device draws instead, `takeDraws()` tells it how, and `accept()` takes the tokens.
 * Source: RandAR/model/randar_gpt.py, generate.
 */
export class Decoding<Inputs = StepInputs> {
  readonly #pictures: readonly Picture[];
  readonly #sequences: readonly Sequence[];
  readonly #sampler: Sampler;
  #step = 0;
  /** The number of cells known so far, including those known from the start. */
  #decoded: number;

  constructor(
    readonly layout: SequenceLayout<Inputs>,
    readonly request: DecodingRequest,
  ) {
    this.#decoded = request.pictures[0]?.known?.cells.length ?? 0;
    this.#pictures = request.pictures.map((picture) => this.#begin(picture));
    this.#sequences = this.#sequencesOf(request);
    this.#sampler = new Sampler(layout.vocabulary, request.sampling);
  }

  /** Size of the batch: the conditional sequences of all pictures, then those that guidance needs. */
  get sequences(): number {
    return this.#sequences.length;
  }

  /** The number of positions that a KV cache must hold. */
  get capacity(): number {
    return this.layout.capacity;
  }

  get stepsDone(): number {
    return this.#step;
  }

  get isDone(): boolean {
    return this.#step === this.request.tokensPerStep.length;
  }

  /** The known cells of each picture so far, in order. */
  get knownCells(): KnownCells[] {
    return this.#pictures.map(({ order, tokens }) => ({
      cells: order.slice(0, this.#decoded),
      tokens: tokens.slice(0, this.#decoded),
    }));
  }

  next(): Inputs {
    const { tokensPerStep } = this.request;
    const previous = this.#step === 0 ? undefined : numberAt(tokensPerStep, this.#step - 1);
    return this.layout.stepInputs({ decoded: this.#decoded, previous, count: this.#count }, this.#sequences);
  }

  /** Draws the tokens of this step. `logits` is [wanted, sequences, vocabulary] and gets overwritten. */
  apply(logits: Float32Array): DecodedCells[] {
    return this.#drawAll((index, query) => this.#mixed(index, query, logits));
  }

  /** Draws the tokens of this step from logits already mixed: [count, pictures, vocabulary]. */
  applyMixed(logits: Float32Array): DecodedCells[] {
    const { vocabulary } = this.layout;
    return this.#drawAll((index, query) => {
      return rowAt(logits, query * this.#pictures.length + index, vocabulary);
    });
  }

  /** How a device draws the tokens of this step. Consumes their random numbers, so call it once per step. */
  takeDraws(): StepDraws {
    const { sampling } = this.request;
    const count = this.#count;
    const isGreedy = sampling.temperature === 0;
    const uniforms = new Float64Array(count * this.#pictures.length);
    const isFiltered = sampling.topP < 1 || (sampling.topK > 0 && sampling.topK < this.layout.vocabulary);
    if (!isGreedy && !isFiltered) {
      for (const [index, { random }] of this.#pictures.entries()) {
        for (let query = 0; query < count; query++) uniforms[query * this.#pictures.length + index] = random.uniform();
      }
    }
    const divisor = isGreedy ? greedyDivisor : Math.max(sampling.temperature, 1e-5);
    return {
      count,
      pictures: this.#pictures.length,
      shares: this.#mixingShares().map((share) => (isFiltered ? share : share / divisor)),
      isFiltered,
      uniforms,
    };
  }

  /** Takes the tokens that a device drew for this step, [count, pictures], and their probabilities. */
  accept(tokens: Int32Array, probabilities: Float32Array): DecodedCells[] {
    const pictures = this.#pictures.length;
    const isGreedy = this.request.sampling.temperature === 0;
    return this.#advance((index, query) => ({
      token: intAt(tokens, query * pictures + index),
      probability: isGreedy ? 1 : floatAt(probabilities, query * pictures + index),
    }));
  }

  /** Number of tokens of each picture that this step decodes. */
  get #count(): number {
    return numberAt(this.request.tokensPerStep, this.#step);
  }

  #drawAll(logitsOf: (index: number, query: number) => Float32Array): DecodedCells[] {
    return this.#advance((index, query, { random }) => this.#sampler.draw(logitsOf(index, query), random));
  }

  #advance(draw: (index: number, query: number, picture: Picture) => Draw): DecodedCells[] {
    const count = this.#count;
    const decoded = this.#pictures.map((picture, index) => {
      const positions = picture.order.slice(this.#decoded, this.#decoded + count);
      const tokens = new Int32Array(count);
      const probabilities = new Float32Array(count);
      for (let query = 0; query < count; query++) {
        const { token, probability } = draw(index, query, picture);
        tokens[query] = token;
        probabilities[query] = probability;
      }
      picture.tokens.set(tokens, this.#decoded);
      return { positions, tokens, probabilities };
    });
    this.#step++;
    this.#decoded += count;
    return decoded;
  }

  /** The weight of each of a picture's sequences in its mixed logits, as in mixLogits and mixSpatialLogits. */
  #mixingShares(): number[] {
    const { guidance, spatialGuidance } = this.request;
    const share = this.#decoded / cellCount(this.layout.grid);
    const scale = guidanceScale(guidance, share);
    switch (this.sequences / this.#pictures.length) {
      case 1:
        return [1];
      case 2:
        return [scale, 1 - scale];
      default: {
        const spatial = spatialGuidance ? guidanceScale(spatialGuidance, share) : 1;
        return [scale, spatial - scale, 1 - spatial];
      }
    }
  }

  #begin({ label, seed, order, known = nothingKnown, hidden = [] }: PictureRequest): Picture {
    const { grid } = this.layout;
    const { tokensPerStep } = this.request;
    const open = orderCells(order, { grid, known: known.cells, tokensPerStep }, Random.of(seed, 'order'));
    const cells = Int32Array.of(...known.cells, ...open);
    const tokens = new Int32Array(cellCount(grid));
    tokens.set(known.tokens);
    const isHidden = new Set(hidden);
    const blank = new Set([...known.cells].flatMap((cell, at) => (isHidden.has(cell) ? [at] : [])));
    return { label, order: cells, tokens, blank, random: Random.of(seed, 'sampling') };
  }

  #sequencesOf({ guidance, spatialGuidance }: DecodingRequest): Sequence[] {
    const conditional = this.#pictures.map((picture): Sequence => ({ ...picture, blank: new Set() }));
    const unconditional = conditional.map((each): Sequence => ({ ...each, label: this.layout.classes }));
    if (spatialGuidance && isGuided(spatialGuidance)) {
      const blanked = unconditional.map((each, i): Sequence => ({
        ...each,
        blank: this.#pictures[i]?.blank ?? new Set(),
      }));
      return [...conditional, ...unconditional, ...blanked];
    }
    return isGuided(guidance) ? [...conditional, ...unconditional] : conditional;
  }

  /** The mixed logits of a picture's token. They overwrite those of its first sequence. */
  #mixed(index: number, query: number, logits: Float32Array): Float32Array {
    const { vocabulary, grid } = this.layout;
    const { guidance, spatialGuidance } = this.request;
    const pictures = this.#pictures.length;
    const logitsOf = (kind: number) => rowAt(logits, query * this.sequences + kind * pictures + index, vocabulary);
    const share = this.#decoded / cellCount(grid);
    const conditional = logitsOf(0);
    const scale = guidanceScale(guidance, share);
    if (this.sequences === 3 * pictures && spatialGuidance) {
      mixSpatialLogits(conditional, logitsOf(1), logitsOf(2), scale, guidanceScale(spatialGuidance, share));
    } else if (this.sequences === 2 * pictures) {
      mixLogits(conditional, logitsOf(1), scale);
    }
    return conditional;
  }
}
