export interface LocalProcessConfig {
  /**
   * Where tasks are kept, on a file system of this machine. Default: `$LONGSHORE_STATE_DIR/local-process`, else
   * `longshore/local-process` in the platform's folder for state.
   */
  readonly stateDir?: string | undefined;
}
