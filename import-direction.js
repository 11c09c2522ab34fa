import path from 'node:path';

/** The folders of src, from the one that may import all behind it to the one that imports none of them. */
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

/** One zone of import-x/no-restricted-paths for each arrow that must not be. */
const zones = [
  ...folders.flatMap((target) => {
    const allowed = [target, ...importable(target)];
    return folders
      .filter((from) => !allowed.includes(from))
      .map((from) => zone(`src/${target}`, `src/${from}`, `imports go ${inOrder}, one way`));
  }),
  zone('client/src', 'src', 'the client is a package of its own, and knows the server by its schema only'),
  zone('studio/src', 'src', 'the page knows the server by randar-client only'),
  zone('studio/src', 'client', 'the page imports randar-client by its name, as anybody would'),
];

function zone(target, from, why) {
  return { target, from, message: `${target} may not import ${from}: ${why}` };
}

/** Where a relative import points, whether or not the file is there: folders are all that the zones look at. */
const relativePaths = {
  interfaceVersion: 3,
  name: 'relative paths',
  resolve: (specifier, importer) =>
    /^\.\.?(\/|$)/.test(specifier)
      ? { found: true, path: path.resolve(path.dirname(importer), specifier) }
      : { found: false },
};

/** Settings and rule for eslint.config.js, which brings the plugin. */
export const importDirection = {
  settings: { 'import-x/resolver-next': [relativePaths] },
  rules: { 'import-x/no-restricted-paths': ['error', { basePath: import.meta.dirname, zones }] },
};
