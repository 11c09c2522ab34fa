import { CheckpointError } from '../checkpoint/checkpoint-error.js';
import { ParameterReader, type Parameter } from '../checkpoint/parameters.js';
import type { WeightFile } from '../checkpoint/weight-file.js';
import type { Grid } from '../decoding/grid.js';
import { maxVocabulary } from '../generation/picture.js';
import { readTokenizer } from '../graph/read-tokenizer.js';
import type { TokenizerWeights } from '../graph/tokenizer-weights.js';
import type { FamilyId } from '../family/families.js';
import type { FamilyWeights, ModelFamily } from '../family/model-family.js';
import { ImportError } from './import-options.js';
import { familyOf, gridOf, headsOf } from './sizes.js';

/** A transformer and a tokenizer that form a model. */
export interface ReadModel {
  readonly family: ModelFamily<FamilyId>;
  readonly transformer: FamilyWeights;
  readonly tokenizer: TokenizerWeights;
  /** The tokenizer's parameters that inference uses. */
  readonly tokenizerParameters: readonly Parameter[];
  readonly grid: Grid;
}

export interface Given {
  readonly heads?: number | undefined;
  readonly grid?: Grid | undefined;
  /** Whether the weights were trained without annealing to raster order. */
  readonly anyOrder?: boolean | undefined;
  /** The number of labels; omit it to skip the check. */
  readonly labels?: number;
}

/**
 * Checks both files, and that they match.
 *
 * @throws ImportError listing all problems of the files and options.
 */
export function readModel(transformerFile: WeightFile, tokenizerFile: WeightFile, given: Given): ReadModel {
  const problems: string[] = [];
  const orProblem = <T>(read: () => T): T | undefined => {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof CheckpointError || error instanceof ImportError)) throw error;
      problems.push(error.message);
      return undefined;
    }
  };
  const family = orProblem(() => familyOf(transformerFile));
  if (given.anyOrder && family && !family.anyOrderVaries) {
    problems.push(
      `--any-order: ${transformerFile.file} is a ${family.title} model, and these support any order: omit the option`,
    );
  }
  const transformer =
    family &&
    orProblem(() => {
      const heads = headsOf(transformerFile, given.heads);
      return family.read(new ParameterReader(transformerFile.file, transformerFile.tensors), heads);
    });
  const grid = family && orProblem(() => gridOf(transformerFile, given.grid));
  const reader = new ParameterReader(tokenizerFile.file, tokenizerFile.tensors);
  const tokenizer = orProblem(() => readTokenizer(reader));
  if (transformer) {
    const { vocabulary, classes } = transformer.shape;
    if (tokenizer && tokenizer.vocabulary !== vocabulary) {
      problems.push(
        `${tokenizerFile.file} has ${tokenizer.vocabulary} codes, ${transformerFile.file} ${vocabulary} tokens: they ` +
          `do not belong together`,
      );
    }
    if (vocabulary > maxVocabulary) {
      problems.push(`${transformerFile.file} has ${vocabulary} tokens: at most ${maxVocabulary} are supported`);
    }
    if (given.labels !== undefined && given.labels !== classes) {
      problems.push(`--labels: ${given.labels} labels, but the transformer has ${classes} classes`);
    }
  }
  if (!family || !transformer || !tokenizer || !grid || problems.length > 0) throw new ImportError(problems.join('; '));
  return { family, transformer, tokenizer, tokenizerParameters: reader.parameters, grid };
}
