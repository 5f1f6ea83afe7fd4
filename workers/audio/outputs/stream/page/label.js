const corners = ['top-left', 'top-right', 'bottom-left', 'bottom-right', 'none'];
/** In CSS pixels. */
const [smallest, largest] = [8, 400];

/** `?label=bottom-right&labelSize=32`: in which corner it stands (`none`: in none), and how high its letters are. */
export function placeLabel(element, query) {
  const corner = query.get('label') ?? '';
  if (corners.includes(corner)) element.dataset.corner = corner;
  const size = Number(query.get('labelSize'));
  if (size >= smallest && size <= largest) element.style.setProperty('--label-size', `${size}px`);
}

/** What the show says of its voice; '' hides it. */
export function showLabel(element, text) {
  element.textContent = text;
  element.hidden = text === '';
}
