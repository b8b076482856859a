import { expect, test } from 'vitest';
import { partSetting } from '../../cli/arguments.ts';

test.each([
  ['reward.hidden=64,64', [64, 64]],
  ['reward.hidden=[64]', [64]],
  ['reward.hidden=[]', []],
  ['reward.rime={}', {}],
  ['reward.members=6', 6],
  ['reward.mirror=true', true],
  ['reward.output=linear', 'linear'],
])('[CLI-15] --set %s', (text, value) => {
  const [, part, name] = /^(\w+)\.(\w+)/.exec(text)!;
  const before = { [part!]: { kept: 1 } };
  expect(partSetting(text, before)).toEqual({ [part!]: { kept: 1, [name!]: value } });
});

test.each(['reward.hidden=[64', 'reward.rime={', 'members=6'])(
  '[CLI-15] --set %s is refused with what is expected',
  (text) => {
    expect(() => partSetting(text, {})).toThrow(/expected/);
  },
);
