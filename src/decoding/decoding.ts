import { cellCount } from './grid.js';
import { guidanceScale, isGuided, mixLogits, mixSpatialLogits, type Guidance } from './guidance.js';
import { nothingKnown, type KnownCells } from './known.js';
import { orderCells, type Order } from './order.js';
import { Random } from './random.js';
import { Sampler, type Sampling } from './sampler.js';
import type { Sequence, SequenceLayout, StepInputs } from './sequence.js';
import { numberAt, rowAt } from '../numbers/at.js';

/** Pictures that are decoded together, step by step. */
export interface DecodingRequest {
  /** All know the same number of cells. */
  readonly pictures: readonly PictureRequest[];
  /** Together the number of cells that are not known. */
  readonly tokensPerStep: readonly number[];
  readonly guidance: Guidance;
  /** Guidance by the known tokens, where the picture is an enlargement of them. */
  readonly spatialGuidance?: Guidance;
  readonly sampling: Sampling;
}

export interface PictureRequest {
  readonly label: number;
  readonly seed: number;
  /** Explicit positions are of the cells that are not known. */
  readonly order: Order;
  /** Given from the start; nothing where absent. */
  readonly known?: KnownCells;
  /** For spatial guidance: cells whose known token its last row does not see; by the seed where absent. */
  readonly hidden?: readonly number[];
  /** The order of an enlargement's open cells, where it is another one. */
  readonly enlargedOrder?: Order;
}

/** What one step decoded of one picture. */
export interface DecodedCells {
  readonly positions: Int32Array;
  readonly tokens: Int32Array;
  readonly probabilities: Float32Array;
}

interface Picture extends Sequence {
  readonly random: Random;
}

/**
 * Parallel decoding as a state machine that knows no runtime: `next()` says what to feed, `apply(logits)` draws.
 * Source: RandAR/model/randar_gpt.py, generate.
 */
export class Decoding {
  readonly #pictures: readonly Picture[];
  readonly #sequences: readonly Sequence[];
  readonly #sampler: Sampler;
  #step = 0;
  /** Cells known by now, those that were given among them. */
  #decoded: number;

  constructor(
    readonly layout: SequenceLayout,
    readonly request: DecodingRequest,
  ) {
    this.#decoded = request.pictures[0]?.known?.cells.length ?? 0;
    this.#pictures = request.pictures.map((picture) => this.#begin(picture));
    this.#sequences = this.#sequencesOf(request);
    this.#sampler = new Sampler(layout.vocabulary, request.sampling);
  }

  /** How many are in the batch: the conditional ones of all pictures, then those that guidance asks for. */
  get sequences(): number {
    return this.#sequences.length;
  }

  /** Positions that a KV cache must hold. */
  get capacity(): number {
    return this.layout.capacity;
  }

  get stepsDone(): number {
    return this.#step;
  }

  get isDone(): boolean {
    return this.#step === this.request.tokensPerStep.length;
  }

  /** What is known by now of each picture, in order. */
  get knownCells(): KnownCells[] {
    return this.#pictures.map(({ order, tokens }) => ({
      cells: order.slice(0, this.#decoded),
      tokens: tokens.slice(0, this.#decoded),
    }));
  }

  next(): StepInputs {
    const { tokensPerStep } = this.request;
    const count = numberAt(tokensPerStep, this.#step);
    const previous = this.#step === 0 ? undefined : numberAt(tokensPerStep, this.#step - 1);
    return this.layout.stepInputs({ decoded: this.#decoded, previous, count }, this.#sequences);
  }

  /** Draws the tokens of this step. `logits` is [wanted, sequences, vocabulary], and is written over. */
  apply(logits: Float32Array): DecodedCells[] {
    const count = numberAt(this.request.tokensPerStep, this.#step);
    const decoded = this.#pictures.map((_, picture) => this.#draw(picture, count, logits));
    this.#step++;
    this.#decoded += count;
    return decoded;
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

  #draw(index: number, count: number, logits: Float32Array): DecodedCells {
    const picture = this.#pictures[index];
    if (!picture) throw new RangeError(`there is no picture ${index}`);
    const positions = picture.order.slice(this.#decoded, this.#decoded + count);
    const tokens = new Int32Array(count);
    const probabilities = new Float32Array(count);
    for (let query = 0; query < count; query++) {
      const { token, probability } = this.#sampler.draw(this.#mixed(index, query, logits), picture.random);
      tokens[query] = token;
      probabilities[query] = probability;
    }
    picture.tokens.set(tokens, this.#decoded);
    return { positions, tokens, probabilities };
  }

  /** What a picture's token is drawn from: its sequences' logits, written over the first one's. */
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
