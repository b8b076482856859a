import { describe, expect, it } from 'vitest';
import { getPreset, listPresets } from '../../../agent/presets/presets.ts';

describe('presets', () => {
  it.each(listPresets())('[TRN-9] $id names its paper and where it deviates from it', (preset) => {
    if (preset.id === 'reins') expect(preset.paper).toBe('Our own');
    else expect(preset.paper).toMatch(/^[A-Z].* (19|20)\d\d\b/);
    for (const deviation of preset.deviations) {
      expect(deviation.length).toBeGreaterThan(5);
      expect(deviation).not.toMatch(/\.$/); // items of a list, not sentences
    }
    expect(preset.description).not.toMatch(/deviation/i); // they have a place of their own
  });

  it('[TRN-9] a size of network or batch unlike the paper’s is named', () => {
    for (const { id, deviations } of listPresets()) {
      const { learner } = getPreset(id);
      const { hidden, batchSize } = learner.config as { hidden?: number[]; batchSize?: number };
      const said = deviations.join('; ');
      const imitates = ['bc', 'dagger'].includes(learner.kind); // papers that give no sizes of their own
      if (id === 'reins' || id === 'aim' || imitates) continue;
      if (hidden) expect(said, id).toContain(`${hidden[0]} hidden units`);
      if (batchSize && id !== 'rlpd') expect(said, id).toContain(`batch ${batchSize}`);
    }
  });
});
