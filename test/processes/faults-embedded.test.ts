import { stageFaults } from './stage-faults.ts';

stageFaults(() => ({}));
