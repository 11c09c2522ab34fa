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
      // It recommends non-null assertions, which are not allowed.
      '@typescript-eslint/non-nullable-type-assertion-style': 'off',
      // Code that reads a message or golden states its type.
      '@typescript-eslint/no-unnecessary-type-parameters': 'off',
      eqeqeq: 'error',
    },
  },
  { files: ['**/*.js'], extends: [tseslint.configs.strict, tseslint.configs.stylistic] },
  {
    // Their folders have no tsconfig.json; tests/tsconfig.json includes them.
    files: ['*.ts', 'bench/**/*.ts', 'examples/*.ts', 'studio/*.ts'],
    languageOptions: { parserOptions: { projectService: false, project: 'tests/tsconfig.json' } },
  },
  {
    // Generated types of arguments with a default do not include null, which clients may send.
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
