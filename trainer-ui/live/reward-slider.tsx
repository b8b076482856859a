/** Scalar reward by hand: a slider that springs back to the middle. */
import { Text } from '@mantine/core';
import { useEffect, useRef } from 'react';
import { useClient } from '../context.ts';
import { createSliderReward } from './slider-reward.ts';
import './reward-slider.css';

const LOOK_EVERY = 50;

export function RewardSlider() {
  const client = useClient();
  const range = useRef<HTMLInputElement>(null);
  useEffect(() => {
    const input = range.current;
    if (!input) return;
    const slider = createSliderReward((value) => void client.reward(value));
    const letGo = () => {
      input.value = '0';
      slider.letGo();
      input.blur(); // arrow keys drive again
    };
    const listening = new AbortController();
    const { signal } = listening;
    input.addEventListener('input', () => slider.set(Number(input.value), performance.now()), {
      signal,
    });
    for (const event of ['pointerup', 'pointercancel', 'blur'])
      input.addEventListener(event, letGo, { signal });
    window.addEventListener('blur', letGo, { signal });
    const timer = setInterval(() => {
      const { driven } = client.frames;
      if (driven) slider.tick(performance.now(), `${driven.episodeNumber} ${driven.step}`);
    }, LOOK_EVERY);
    return () => {
      clearInterval(timer);
      listening.abort();
    };
  }, [client]);
  return (
    <div className="reward-slider glass">
      <Text size="sm" aria-hidden>
        bad
      </Text>
      <input
        ref={range}
        type="range"
        min={-1}
        max={1}
        step={0.05}
        defaultValue={0}
        aria-label="reward, while held"
        data-testid="reward-slider"
      />
      <Text size="sm" aria-hidden>
        good
      </Text>
    </div>
  );
}
