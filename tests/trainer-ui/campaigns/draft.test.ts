import { expect, test } from 'vitest';
import { campaignTermsSchema } from '../../../server/protocol/index.ts';
import { EMPTY, fault, requestOf } from '../../../trainer-ui/campaigns/draft.ts';

const draft = { ...EMPTY, name: ' Corners ' };

test('[CAMP-7] what the form says is what the server takes; what is left empty is left to it', () => {
  expect(fault(draft)).toBeUndefined();
  const plain = requestOf(draft);
  expect(plain).not.toHaveProperty('instructions');
  expect(campaignTermsSchema.parse(plain.terms)).toMatchObject({
    ...{ name: 'Corners', purpose: 'pilot', kind: 'compare', people: 1, share: 1 },
    ...{ budget: null, rate: null, accuracy: null, strategy: null, source: 'all' },
  });
  const full = {
    ...draft,
    source: 'failed',
    people: 2,
    share: 30,
    unit: 'money',
    most: '300',
    rate: '25.5',
  };
  const { terms, instructions } = requestOf({ ...full, accuracy: '85', instructions: ' Look. ' });
  expect(instructions).toBe('Look.');
  expect(campaignTermsSchema.parse(terms)).toMatchObject({
    ...{ people: 2, share: 0.3, budget: { unit: 'money', most: 300 }, rate: 25.5, accuracy: 0.85 },
    source: 'failed',
  });
});

test('[CAMP-7] the form names what is wrong before it is sent', () => {
  expect(fault(EMPTY)).toMatch(/name/);
  expect(fault({ ...draft, most: 'two' })).toMatch(/budget: a number/);
  expect(fault({ ...draft, most: '0' })).toMatch(/above 0/);
  expect(fault({ ...draft, most: '5', unit: 'money' })).toMatch(/price of an hour/);
  expect(fault({ ...draft, accuracy: '50' })).toMatch(/above 50/);
  expect(fault({ ...draft, accuracy: '101' })).toMatch(/above 50/);
});
