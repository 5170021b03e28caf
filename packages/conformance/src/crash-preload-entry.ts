import { countSteps } from "./crash-preload.ts";

// For `node --import`: before anything else has taken hold of the functions.
countSteps();
