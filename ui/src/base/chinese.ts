/**
 * Has this device a Chinese font? Without one two different characters are drawn as the same empty box, and only then our own font is used,
 * as the first of the list: Chromium keeps text it has drawn as boxes where a web font stands behind a system font.
 */
export function ownFontWhereNeeded(): void {
  const canvas = document.createElement('canvas');
  canvas.width = 24;
  canvas.height = 24;
  const pen = canvas.getContext('2d', { willReadFrequently: true });
  if (pen === null) return;
  const drawn = (char: string): string => {
    pen.clearRect(0, 0, 24, 24);
    pen.font = `20px ${getComputedStyle(document.documentElement).getPropertyValue('--font')}`;
    pen.fillText(char, 2, 20);
    return pen.getImageData(0, 0, 24, 24).data.join();
  };
  if (drawn('到') === drawn('账')) document.documentElement.dataset.font = 'own';
}
