/** What a researcher sets for the people of a study, and what a page is told of it. */
import { z } from 'zod';

const text = (most: number) => z.string().trim().min(1).max(most);

/** The file of `serve --study`. */
export const studySchema = z.strictObject({
  instructions: text(8000)
    .optional()
    .describe('Shown with the goal; paragraphs are parted by empty lines.'),
  consent: text(16_000)
    .optional()
    .describe('Nobody drives, rewards or answers before they have agreed to it.'),
  /** What people may mark a stretch of a clip as. */
  tags: z
    .array(text(40))
    .max(24)
    .refine((tags) => new Set(tags).size === tags.length, 'must differ from each other')
    .optional(),
});
export type Study = z.infer<typeof studySchema>;

/** To one person: `hash` names the text that they agree to. */
export const wireStudySchema = z.object({
  instructions: z.string().optional(),
  consent: z.object({ text: z.string(), hash: z.string(), isGiven: z.boolean() }).optional(),
  tags: z.array(z.string()),
});
export type WireStudy = z.infer<typeof wireStudySchema>;
