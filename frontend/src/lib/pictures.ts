// A request of a function may have six megabytes, and a picture grows by a third on its way.
const MOST = 4_000_000;

/** The pictures among what was pasted, dropped or chosen. */
export function picturesIn(files: FileList | null | undefined): File[] {
  return [...(files ?? [])].filter(({ type }) => type.startsWith('image/'));
}

/** Whether all of them fit into one request. */
export function fits(addresses: readonly string[]): boolean {
  return addresses.reduce((so, { length }) => so + length, 0) <= MOST;
}

/** As `data:`, which the policy lets pictures and sound be. */
export function addressOf(blob: Blob): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(String(reader.result));
    reader.onerror = () => reject(reader.error);
    reader.readAsDataURL(blob);
  });
}
