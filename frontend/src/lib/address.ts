type Told = { relay_base_url?: string; server_address?: string };

/** Where programs reach the relay, without `/v1`: as the gateway says, else where this page came from. */
export function relayAddress(status: Told | undefined): string {
  const told = status?.relay_base_url || status?.server_address || window.location.origin;
  return told.replace(/\/+$/, '').replace(/\/v1$/, '');
}
