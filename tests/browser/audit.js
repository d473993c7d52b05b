// What is wrong with the page for people who see badly, use a keyboard or hold a phone: a list of sentences.
const complaints = [];
const complain = (words, element) =>
  complaints.push(element ? `${words}: <${element.tagName.toLowerCase()}> ${element.textContent.trim().slice(0, 40)}` : words);
const all = (selector) => [...document.querySelectorAll(selector)];
const shown = (element) => element.checkVisibility();

if (!document.documentElement.lang) complain("no language");
if (!document.title) complain("no title");
if (all("main").length !== 1) complain("not one main landmark");
if (all("h1").filter(shown).length !== 1) complain("not one first heading");
let level = 0;
for (const heading of all("h1, h2, h3, h4").filter(shown)) {
  const own = Number(heading.tagName[1]);
  if (own > level + 1) complain("a level of headings is left out", heading);
  level = own;
}
for (const field of all("input, select, textarea").filter(shown)) if (!field.labels.length) complain("no label", field);
for (const control of all("a, button").filter(shown)) if (!control.textContent.trim()) complain("no words", control);
for (const table of all("table")) {
  if (!table.caption) complain("no caption", table);
  for (const head of table.querySelectorAll("th")) if (!head.scope) complain("no scope", head);
}
if (document.documentElement.scrollWidth > window.innerWidth)
  complain(`scrolls sideways: ${document.documentElement.scrollWidth} in ${window.innerWidth}`);

const channels = (colour) => {
  const [red, green, blue, alpha = 1] = colour.match(/[\d.]+/g).map(Number);
  return { red, green, blue, alpha };
};
const over = (top, below) => {
  const mix = (name) => top[name] * top.alpha + below[name] * (1 - top.alpha);
  return { red: mix("red"), green: mix("green"), blue: mix("blue"), alpha: 1 };
};
const ground = (element) => {
  const own = channels(getComputedStyle(element).backgroundColor);
  if (own.alpha === 1) return own;
  const dark = matchMedia("(prefers-color-scheme: dark)").matches ? 18 : 255;
  const below = element.parentElement ? ground(element.parentElement) : { red: dark, green: dark, blue: dark, alpha: 1 };
  return over(own, below);
};
const light = ({ red, green, blue }) => {
  const [r, g, b] = [red, green, blue].map((value) => value / 255).map((value) =>
    value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4);
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};
for (const element of all("body *").filter(shown)) {
  const words = [...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.data.trim());
  if (!words || element.matches(":disabled, style, script")) continue;
  const below = ground(element);
  const [lighter, darker] = [light(over(channels(getComputedStyle(element).color), below)), light(below)].sort((a, b) => b - a);
  const contrast = (lighter + 0.05) / (darker + 0.05);
  if (contrast < 4.5) complain(`contrast ${contrast.toFixed(2)}`, element);
}
return complaints;
