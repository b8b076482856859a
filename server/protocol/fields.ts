/** Fields that several messages have. */
import { z } from 'zod';
import { LIMITS } from './version.ts';

export const id = z
  .string()
  .min(1)
  .max(64)
  .regex(/^[\w.:-]+$/, 'letters, digits and . _ : - only');
export const step = z.number().int().min(0).max(100_000_000);
export const time = z.number().finite().min(0);
export const text = z.string().max(LIMITS.textLength);
export const segment = z
  .object({ episodeId: id, from: step, to: step })
  .refine((s) => s.to > s.from, 'to must be greater than from');
