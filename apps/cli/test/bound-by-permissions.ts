/** Permissions do not stop root, unless it has given up what lets it pass them (capabilities(7)); files of its own stay its own. */
const passing = "-dac_override,-dac_read_search";

/** What the command is to be run by, to be somebody whom permissions stop: setpriv(1) of util-linux. */
export const boundByPermissions: readonly string[] =
  process.getuid?.() === 0 ? ["setpriv", "--bounding-set", passing, "--inh-caps", passing] : [];
