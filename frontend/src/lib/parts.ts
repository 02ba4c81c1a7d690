/** Does the same to many in as many calls as the server's limit makes of them, one after the other. */
export async function inParts<Result>(
  ids: number[],
  most: number,
  act: (part: number[]) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  for (let start = 0; start < ids.length; start += most) results.push(await act(ids.slice(start, start + most)));
  return results;
}
