import { describe, expect, it } from 'vitest';
import { withStylesAside } from '@/lib/styled';

describe('styles of HTML', () => {
  it.each([
    ['<p style="color: red">a</p>', '<p data-styled="color: red">a</p>'],
    [
      '<a href="x>y" title="style=" style="color: red">a</a>',
      '<a href="x>y" title="style=" data-styled="color: red">a</a>',
    ],
    ['<b style="color: red"><i style="color: blue">', '<b data-styled="color: red"><i data-styled="color: blue">'],
    ['<p>1 &lt; 2, style="no tag"</p>', '<p>1 &lt; 2, style="no tag"</p>'],
  ])('are put aside in %s', (html, aside) => {
    expect(withStylesAside(html)).toBe(aside);
  });
});
