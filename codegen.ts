import type { CodegenConfig } from '@graphql-codegen/cli';

const scalars = {
  DateTime: 'string',
  File: { input: 'File', output: 'never' },
  GenerateInputJSON: { input: 'never', output: 'GenerateInput' },
  ID: 'string',
};

const config: CodegenConfig = {
  schema: 'schema.graphql',
  generates: {
    'client/src/generated/operations.ts': {
      documents: 'client/src/operations.graphql',
      plugins: ['typescript-operations', 'typed-document-node'],
      config: {
        // The client sends files inline, so any Blob will do.
        scalars: { ...scalars, File: { input: 'Blob', output: 'never' } },
        useTypeImports: true,
        enumType: 'string-literal',
        immutableTypes: true,
        skipTypename: true,
      },
    },
    'src/api/generated/resolvers.ts': {
      plugins: ['typescript', 'typescript-resolvers'],
      config: {
        scalars,
        useTypeImports: true,
        enumsAsTypes: true,
        immutableTypes: true,
        contextType: '../context.js#Context',
        mappers: {
          GeneratedImage: '../views.js#GeneratedImageView',
          Generation: '../../generation/generation.js#Generation as GenerationSource',
          GenerationEvent: '../views.js#EventView',
          GenerationQueued: '../views.js#EventView<"queued">',
          GenerationStarted: '../views.js#EventView<"started">',
          StepDecoded: '../views.js#EventView<"step">',
          PreviewRendered: '../views.js#EventView<"preview">',
          GenerationCompleted: '../views.js#EventView<"completed">',
          GenerationFailed: '../views.js#EventView<"failed">',
          GenerationCancelled: '../views.js#EventView<"cancelled">',
          Features: '../views.js#FeaturesView',
          Image: '../../generation/picture.js#Picture',
          Model: '../../engine/served-model.js#ServedModel',
          StepTokens: '../views.js#StepTokensView',
        },
      },
    },
  },
};

export default config;
