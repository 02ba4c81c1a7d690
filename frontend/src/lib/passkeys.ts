/** Whether this browser can make and use passkeys, in the form our API speaks (JSON of WebAuthn level 3). */
export function canPasskeys(): boolean {
  return typeof PublicKeyCredential !== 'undefined' && 'parseCreationOptionsFromJSON' in PublicKeyCredential;
}

type Options = Record<string, unknown>;

/** Has the browser make a passkey; nothing where the person declined. */
export async function makePasskey(publicKey: Options): Promise<Options | undefined> {
  const options = PublicKeyCredential.parseCreationOptionsFromJSON(publicKey as never);
  return told(await navigator.credentials.create({ publicKey: options }));
}

/** Has the browser sign with a passkey; nothing where the person declined. */
export async function signWithPasskey(publicKey: Options): Promise<Options | undefined> {
  const options = PublicKeyCredential.parseRequestOptionsFromJSON(publicKey as never);
  return told(await navigator.credentials.get({ publicKey: options }));
}

function told(credential: Credential | null): Options | undefined {
  return credential ? (credential as PublicKeyCredential).toJSON() : undefined;
}
