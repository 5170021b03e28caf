import { loggingMistakes } from "./logging-mistakes.ts";
import { outcomeMistakes } from "./outcome-mistakes.ts";
import { waitingMistakes } from "./waiting-mistakes.ts";
import { removingMistakes } from "./removing-mistakes.ts";
import { startingMistakes } from "./starting-mistakes.ts";
import { stoppingMistakes } from "./stopping-mistakes.ts";
import { searchingMistakes } from "./searching-mistakes.ts";
import { budgetMistakes } from "./budget-mistakes.ts";
import { owningMistakes } from "./owning-mistakes.ts";
import { planningMistakes } from "./planning-mistakes.ts";
import { secretMistakes } from "./secret-mistakes.ts";
import { serviceMistakes } from "./service-mistakes.ts";
import type { Mistake } from "./break-driver.ts";

/** At least two for each guarantee. */
export const mistakes: readonly Mistake[] = [
  ...startingMistakes,
  ...outcomeMistakes,
  ...loggingMistakes,
  ...stoppingMistakes,
  ...removingMistakes,
  ...searchingMistakes,
  ...waitingMistakes,
  ...owningMistakes,
  ...budgetMistakes,
  ...secretMistakes,
  ...planningMistakes,
  ...serviceMistakes,
];
