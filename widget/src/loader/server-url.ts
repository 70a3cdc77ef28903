/**
 * Finds the server that this script was loaded from.
 *
 * `currentScript` is missing when an optimiser has moved or re-inserted the tag, and such tools keep the address in an
 * attribute of their own: so every attribute of every script is looked at.
 *
 * @returns the address without a slash at the end, or `undefined` when no tag names the loader.
 */
export function findServerUrl(workspaceKey: string): string | undefined {
  const mark = `/w/${workspaceKey}`;
  for (const script of [document.currentScript, ...document.querySelectorAll('script')]) {
    // An image that somebody named "currentScript" (DOM clobbering) must not choose where code comes from.
    if (!(script instanceof HTMLScriptElement)) continue;
    for (const { value } of script.attributes) {
      if (value.includes(mark)) return new URL(value, document.baseURI).href.split(mark)[0];
    }
  }
  return undefined;
}
