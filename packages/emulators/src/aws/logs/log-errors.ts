import { ModelledError } from "../modelled-error.ts";

export const invalidParameter = (message: string): ModelledError => new ModelledError("InvalidParameterException", message);
export const noSuchGroup = (): ModelledError =>
  new ModelledError("ResourceNotFoundException", "The specified log group does not exist.");
export const noSuchStream = (): ModelledError =>
  new ModelledError("ResourceNotFoundException", "The specified log stream does not exist.");
export const groupExists = (): ModelledError =>
  new ModelledError("ResourceAlreadyExistsException", "The specified log group already exists");
export const streamExists = (): ModelledError =>
  new ModelledError("ResourceAlreadyExistsException", "The specified log stream already exists");
export const invalidToken = (): ModelledError => invalidParameter("The specified nextToken is invalid.");
export const expiredToken = (): ModelledError => invalidParameter("The specified nextToken is expired.");
