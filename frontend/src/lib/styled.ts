// The policy forbids styles that are written into HTML, even where it is only read, and lets those pass that a script
// sets, one element at a time.
const ASIDE = 'data-styled';

/** A tag up to its style, in HTML as the server writes it. */
const STYLE = /(<[a-z][\w-]*(?:\s+[\w-]+(?:="[^"]*")?)*?\s+)style=(?=")/gi;

/** HTML whose styles lie in another attribute, where nothing applies them. */
export function withStylesAside(html: string): string {
  return html.replace(STYLE, `$1${ASIDE}=`);
}

/** The styles back on their elements, but for what would put one over other parts of the page. */
export function setStyles(within: HTMLElement): void {
  for (const element of within.querySelectorAll<HTMLElement>(`[${ASIDE}]`)) {
    element.style.cssText = element.getAttribute(ASIDE) ?? '';
    for (const name of ['position', 'z-index', 'inset', 'transform', 'background-image'])
      element.style.removeProperty(name);
    element.removeAttribute(ASIDE);
  }
}
