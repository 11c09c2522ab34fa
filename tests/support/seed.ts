import fc from 'fast-check';

// Each run uses a new seed, which fast-check prints on failure. FAST_CHECK_SEED repeats a run.
const asked = process.env.FAST_CHECK_SEED;
if (asked !== undefined) {
  const seed = Number(asked);
  if (!Number.isInteger(seed)) throw new Error(`FAST_CHECK_SEED is "${asked}", and not an integer.`);
  fc.configureGlobal({ seed });
}
