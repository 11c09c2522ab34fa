import path from 'node:path';

/** The folders of src. Each level may import every level after it, and nothing else. */
const chain = [
  ['cli'],
  ['server'],
  ['api'],
  ['engine'],
  ['scheduler', 'preview'],
  ['worker'],
  ['import'],
  ['model'],
  ['family', 'tokenizer'],
  ['runtime'],
  ['graph'],
  ['checkpoint'],
  ['generation'],
  ['decoding', 'image'],
  ['numbers'],
];

const inOrder = chain.map((level) => level.join(', ')).join(' -> ');

export const folders = chain.flat();

/**
 * The folders that a folder of src may import, besides itself.
 *
 * @param {string} folder
 */
export function importable(folder) {
  const level = chain.findIndex((names) => names.includes(folder));
  return level < 0 ? [] : chain.slice(level + 1).flat();
}

/** A zone of import-x/no-restricted-paths for each forbidden import. */
const zones = [
  ...folders.flatMap((target) => {
    const allowed = [target, ...importable(target)];
    return folders
      .filter((from) => !allowed.includes(from))
      .map((from) => zone(`src/${target}`, `src/${from}`, `imports go ${inOrder}, one way`));
  }),
  zone('client/src', 'src', 'the client is a separate package and depends on the server only through its schema'),
  zone('studio/src', 'src', 'the page uses the server only through randar-client'),
  zone('studio/src', 'client', 'the page imports randar-client by its package name'),
];

function zone(target, from, why) {
  return { target, from, message: `${target} may not import ${from}: ${why}` };
}

/** Resolves relative imports without checking that the file exists, since zones only look at folders. */
const relativePaths = {
  interfaceVersion: 3,
  name: 'relative paths',
  resolve: (specifier, importer) =>
    /^\.\.?(\/|$)/.test(specifier)
      ? { found: true, path: path.resolve(path.dirname(importer), specifier) }
      : { found: false },
};

/** Settings and rule for eslint.config.js, which loads the plugin. */
export const importDirection = {
  settings: { 'import-x/resolver-next': [relativePaths] },
  rules: { 'import-x/no-restricted-paths': ['error', { basePath: import.meta.dirname, zones }] },
};
