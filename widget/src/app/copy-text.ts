/** Puts a text into the clipboard. @param near An element that is shown: where there is no HTTPS, a field has to stand beside it. */
export async function copyText(text: string, near: Element): Promise<void> {
  // The clipboard's interface is missing on plain http.
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  const field = document.createElement('textarea');
  field.value = text;
  near.after(field);
  field.select();
  document.execCommand('copy');
  field.remove();
  return undefined;
}
