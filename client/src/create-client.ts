import { anySignal } from './abort.js';
import type { Client } from './client.js';
import { connect, type ConnectionOptions } from './connection.js';
import { RandarError } from './error.js';
import { follow } from './events.js';
import { followTargetsOver } from './follow-targets.js';
import {
  CancelGenerationDocument,
  DecodingPlanDocument,
  DetokenizeDocument,
  FeaturesDocument,
  GenerationDocument,
  GenerationsDocument,
  LabelsDocument,
  ModelDocument,
  ModelsDocument,
  QueueGenerationDocument,
  ServerDocument,
  TokenizeDocument,
} from './generated/operations.js';
import { imageInput, inlineImages } from './image.js';
import type { Operation } from './operation.js';
import { imageVariables } from './picture-form.js';

export interface ClientOptions extends ConnectionOptions {
  /** How often to reconnect, each time after a longer pause. Default: 10. */
  readonly retryAttempts?: number;
}

/** Connects on first use. @throws TypeError if the url is invalid. */
export function createClient({ retryAttempts: attempts = 10, ...options }: ClientOptions): Client {
  const connection = connect(options);
  const targets = followTargetsOver(connection);
  const closed = new AbortController();

  const until = (signal: AbortSignal | undefined) => anySignal(signal, closed.signal);
  const request = <Data, Variables>(operation: Operation<Data, Variables>, signal?: AbortSignal) =>
    connection.request(operation, until(signal));

  return {
    generate: (input, { signal, ...pictures } = {}) =>
      follow(targets.begun(input, pictures), { attempts, signal: until(signal) }),
    follow: (id, { signal, after = 0, ...pictures } = {}) =>
      follow(targets.followed(id, after, pictures), { attempts, signal: until(signal) }),
    queue: async (input, { signal } = {}) => {
      const variables = { input: await inlineImages(input) };
      return (await request({ document: QueueGenerationDocument, variables }, signal)).generate;
    },
    cancel: async (id, { signal } = {}) =>
      (await request({ document: CancelGenerationDocument, variables: { id } }, signal)).cancelGeneration,

    models: async ({ signal } = {}) => (await request({ document: ModelsDocument, variables: {} }, signal)).models,
    model: async (id, { signal } = {}) => (await request({ document: ModelDocument, variables: { id } }, signal)).model,
    labels: async ({ signal, ...page } = {}) =>
      (await request({ document: LabelsDocument, variables: page }, signal)).model?.labels ?? null,
    generation: async (id, { signal, ...images } = {}) => {
      const variables = { id, ...imageVariables(images) };
      return (await request({ document: GenerationDocument, variables }, signal)).generation;
    },
    generations: async ({ signal, images, ...page } = {}) => {
      const variables = { ...page, ...imageVariables({ dataUri: false, ...images }) };
      return (await request({ document: GenerationsDocument, variables }, signal)).generations;
    },
    decodingPlan: async (input, { signal } = {}) =>
      (await request({ document: DecodingPlanDocument, variables: { input } }, signal)).decodingPlan.tokensPerStep,
    tokenize: async (image, { signal, model } = {}) => {
      const input = { model, image: await imageInput(image) };
      return (await request({ document: TokenizeDocument, variables: { input } }, signal)).tokenize;
    },
    detokenize: async (input, { signal, ...image } = {}) => {
      const variables = { input, ...imageVariables(image) };
      return (await request({ document: DetokenizeDocument, variables }, signal)).detokenize;
    },
    features: async (image, { signal, ...wanted } = {}) => {
      const input = { ...wanted, image: await imageInput(image) };
      const { features } = await request({ document: FeaturesDocument, variables: { input } }, signal);
      const { base64, ...shape } = features;
      const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
      return { ...shape, values: new Float32Array(bytes.buffer) };
    },
    server: async ({ signal } = {}) => (await request({ document: ServerDocument, variables: {} }, signal)).server,

    close: async () => {
      closed.abort(new RandarError('The client is closed.', { code: 'CLIENT_CLOSED' }));
      await targets.stopped();
      await connection.close();
    },
  };
}
