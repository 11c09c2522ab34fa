import fc from 'fast-check';

// Properties explore: each run draws another seed, which fast-check prints where one fails. FAST_CHECK_SEED repeats it.
const asked = process.env.FAST_CHECK_SEED;
if (asked !== undefined) {
  const seed = Number(asked);
  if (!Number.isInteger(seed)) throw new Error(`FAST_CHECK_SEED is "${asked}", and not an integer.`);
  fc.configureGlobal({ seed });
}
