import fc from 'fast-check';

/** The same examples on every machine and in every run: what passes here passes there, and a failure can be repeated. */
fc.configureGlobal({ seed: 20_241_124 });
