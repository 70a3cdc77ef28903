// Loaded before a server (`node --import`): breaks it in the way that the environment names.
import { changeSource } from '../change-source.ts';
import { SABOTAGE_VARIABLE, type SabotageName, sabotages } from './sabotages.ts';

const name = process.env[SABOTAGE_VARIABLE] as SabotageName;
changeSource(`the sabotage ${name}`, sabotages[name].changes);
