import prettier from 'eslint-config-prettier';
import importX from 'eslint-plugin-import-x';
import { defineConfig, globalIgnores } from 'eslint/config';
import tseslint from 'typescript-eslint';
import { importDirection } from './import-direction.js';

export default defineConfig(
  globalIgnores(['**/dist/', '**/generated/', '**/coverage/', 'models/']),
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  {
    files: ['**/*.{ts,tsx}'],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true, requireDefaultForNonUnion: true },
      ],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      // Its advice is the non-null assertion, which is not allowed.
      '@typescript-eslint/non-nullable-type-assertion-style': 'off',
      // What reads a message or a golden names the type of what it reads.
      '@typescript-eslint/no-unnecessary-type-parameters': 'off',
      eqeqeq: 'error',
    },
  },
  { files: ['**/*.js'], extends: [tseslint.configs.strict, tseslint.configs.stylistic] },
  {
    // These belong to no tsconfig.json of their own folder; tests/tsconfig.json takes them in.
    files: ['*.ts', 'bench/**/*.ts', 'examples/*.ts', 'studio/*.ts'],
    languageOptions: { parserOptions: { projectService: false, project: 'tests/tsconfig.json' } },
  },
  {
    // The generated types of arguments with a default forget that a client may send null.
    files: ['src/api/resolvers/*.ts'],
    rules: { '@typescript-eslint/no-unnecessary-condition': 'off' },
  },
  {
    files: ['src/**/*.ts', 'client/src/**/*.ts', 'studio/src/**/*.{ts,tsx}'],
    plugins: { 'import-x': importX },
    extends: [importDirection],
  },
  prettier,
);
