/** Every operation as a typed document for any GraphQL client, and the schema's inputs and enums. */
export * from './generated/operations.js';
