/**
 * Properties are tried on the same cases each time, so that the same tree passes or fails the same way.
 * `REINS_PROPERTY_SEED=N` tries others, as `npm run test:properties` does over and over.
 */
import fc from 'fast-check';

const { REINS_PROPERTY_SEED = '1' } = process.env;
fc.configureGlobal({ ...fc.readConfigureGlobal(), seed: Number(REINS_PROPERTY_SEED) });
