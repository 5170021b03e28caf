import type { ArmService } from "./arm-service.ts";

const lifetimeSeconds = 3600;

/** Microsoft's way to sign in, as far as a client with a secret goes it: whoever asks is given a token, and no secret is wrong. */
export const signInService = (): ArmService => ({
  name: "sign-in",
  operations: {
    Discover: {
      model: { method: "GET", path: "/{tenantId}/v2.0/.well-known/openid-configuration" },
      answer: ({ origin, path: { tenantId } }) => {
        const [issuer, pages] = [`${origin}/${tenantId}/v2.0`, `${origin}/${tenantId}/oauth2/v2.0`];
        const body = {
          issuer,
          authorization_endpoint: `${pages}/authorize`,
          token_endpoint: `${pages}/token`,
          jwks_uri: `${origin}/${tenantId}/discovery/v2.0/keys`,
        };
        return { status: 200, body };
      },
    },
    Token: {
      model: { method: "POST", path: "/{tenantId}/oauth2/v2.0/token" },
      answer: () => ({
        status: 200,
        body: { token_type: "Bearer", expires_in: lifetimeSeconds, ext_expires_in: lifetimeSeconds, access_token: "emulated" },
      }),
    },
  },
});
