/**
 * Who held control in a step, and whether their action was executed whole. blend: a person did, and shared the action
 * with the policy. fade: the policy did, on its way from the last action of a person who has let go. safe: neither
 * did; the agent was stopped, or braked because it asked or was refused.
 */
export type ActionSource = 'policy' | 'human' | 'blend' | 'fade' | 'safe';

export const SOURCE_CODE = {
  policy: 0,
  human: 1,
  blend: 2,
  fade: 3,
  safe: 4,
} as const satisfies Record<ActionSource, number>;

/** Whether a person held control, by SOURCE_CODE: alone, or with a share of the action. */
export const isPersons = (code: number | undefined): boolean =>
  code === SOURCE_CODE.human || code === SOURCE_CODE.blend;
