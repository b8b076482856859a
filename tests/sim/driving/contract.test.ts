import { drivingEnvironments } from '../../../sim/driving/index.ts';
import { environmentContract } from '../../contracts/environment.ts';

for (const factory of drivingEnvironments) environmentContract(factory, {}, { steps: 80 });
const [driving] = drivingEnvironments;
if (!driving) throw new Error('no driving environment');
const parking = drivingEnvironments.find((f) => f.id === 'parking')!;
environmentContract(parking, { bays: 4, occupancy: 1, rays: 0, crashEnds: false, horizon: 40 });
const racetrack = drivingEnvironments.find((f) => f.id === 'racetrack')!;
environmentContract(racetrack, { trackSeed: 4, laps: 1, width: 8, offTrackEnds: true });
environmentContract(driving, {
  pedestrians: 1,
  cyclists: 0.5,
  sideDetector: 16,
  laneLineDetector: 8,
});
environmentContract(driving, { startSteps: 200, gusts: 0.5, horizon: 60 });
environmentContract(driving, { vehicle: 'xl', density: 0.2 });
environmentContract(driving, { traffic: 'respawn', density: 0.3, noise: 0.05, dropout: 0.1 });
environmentContract(driving, {
  horizon: 10,
  crashEnds: true,
  signedYawRate: true,
  rays: 30,
  nearby: 4,
});
