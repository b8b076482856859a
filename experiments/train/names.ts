/** The synthetic teachers of `reins train`, in the order of its help. */
export const TEACHERS = ['override', 'preference', 'scalar', 'none'] as const;
export type TeacherName = (typeof TEACHERS)[number];
