"use strict";
// What every view is drawn with: elements, scales, axes and lines.

const WIDTH = 340, HEIGHT = 220, LEFT = 48, RIGHT = 20, TOP = 8, BOTTOM = 36;

function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== null && value !== undefined) element.setAttribute(name, value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

const html = (tag, attributes = {}, ...children) => fill(document.createElement(tag), attributes, children);
const shape = (tag, attributes = {}, ...children) =>
  fill(document.createElementNS("http://www.w3.org/2000/svg", tag), attributes, children);

// A number in few digits, as a reader writes it; a dash where there is none.
function written(x) {
  if (x === null || x === undefined || Number.isNaN(x)) return "–";
  const size = Math.abs(x);
  const text = x !== 0 && (size < 1e-3 || size >= 1e5) ? x.toExponential(2) : String(Number(x.toPrecision(4)));
  return text.replace("-", "−");
}

// From values to places on a line of the page: place(x), or null where x has none, and the ticks to write.
function scale(low, high, from, to, log = false) {
  const of = log ? Math.log10 : (x) => x;
  if (!(high > low)) [low, high] = log ? [low / 2, low * 2] : [low - 0.5, low + 0.5];
  const [a, b] = [of(low), of(high)];
  const place = (x) => (x === null || (log && !(x > 0)) ? null : from + ((of(x) - a) / (b - a)) * (to - from));
  const back = (at) => a + ((at - from) / (to - from)) * (b - a);
  return { place, back, low, high, log, ticks: log ? decades(low, high) : rounds(low, high) };
}

function rounds(low, high, most = 5) {
  const rough = (high - low) / most, unit = 10 ** Math.floor(Math.log10(rough));
  const step = unit * [1, 2, 5, 10].find((times) => times * unit >= rough);
  const first = Math.ceil(low / step - 1e-9), count = Math.floor(high / step + 1e-9) - first + 1;
  return Array.from({ length: count }, (_, i) => Number(((first + i) * step).toPrecision(12)));
}

function decades(low, high, most = 5) {
  const first = Math.ceil(Math.log10(low) - 1e-9), last = Math.floor(Math.log10(high) + 1e-9);
  if (last - first < 1) {
    const within = (digits) => [first - 1, first, last].flatMap((at) => digits.map((digit) => digit * 10 ** at))
      .filter((x, i, all) => x >= low && x <= high && all.indexOf(x) === i).map((x) => Number(x.toPrecision(1)));
    const few = within([1, 2, 5]), many = within([1, 2, 3, 4, 5, 6, 7, 8, 9]);
    return few.length > 1 ? few : many.length > 1 ? many : [low, high].map((x) => Number(x.toPrecision(2)));
  }
  const step = [1, 2, 3, 5, 10, 20, 50, 100, 200].find((decades) => decades >= (last - first + 1) / most);
  const lowest = Math.ceil(first / step);
  return Array.from({ length: Math.floor(last / step) - lowest + 1 }, (_, i) => 10 ** ((lowest + i) * step));
}

const exponents = (x) =>
  "10" + [...String(Math.round(Math.log10(x)))].map((digit) => "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"["-0123456789".indexOf(digit)]).join("");
// How the ticks of an axis are written: as powers of ten where all are such.
const writer = (ticks, log) => (log && ticks.every((x) => Math.abs(Math.log10(x) % 1) < 1e-9) ? exponents : written);

// The least and the greatest of some values; of those above 0 only where the axis is logarithmic.
function extent(values, log = false) {
  const known = values.filter((x) => x !== null && Number.isFinite(x) && (!log || x > 0));
  if (!known.length) return log ? [0.1, 1] : [0, 1];
  return [known.reduce((a, b) => Math.min(a, b)), known.reduce((a, b) => Math.max(a, b))];
}

// The sets of values that a logarithmic axis should hold, by the rule of the figures: the lowest and the highest are
// left out where the others take half as many decades, or fewer, but no more than a quarter of all.
function near(sets) {
  let held = sets.filter((one) => one.some((x) => x > 0 && Number.isFinite(x)));
  const ends = new Map(held.map((one) => [one, extent(one, true).map(Math.log10)]));
  const by = (end) => (a, b) => ends.get(a)[end] - ends.get(b)[end];
  const span = (some) => Math.max(...some.map((one) => ends.get(one)[1])) - Math.min(...some.map((one) => ends.get(one)[0]));
  const without = (low, high) => [...held].sort(by(0)).slice(low).sort(by(1)).slice(0, held.length - low - high);
  for (let spare = Math.floor(held.length / 4); spare > 0;) {
    const ways = Array.from({ length: spare }, (_, i) => i + 1).flatMap((count) =>
      Array.from({ length: count + 1 }, (_, low) => without(low, count - low)));
    const best = ways.find((some) => Math.max(span(some), 4) <= span(held) / 2);
    if (!best) break;
    spare -= held.length - best.length;
    held = best;
  }
  return held;
}

// An empty panel with axes. `x` and `y` are scales' arguments: {low, high, log, label, ticks}.
function panel(label, x, y, { width = WIDTH, height = HEIGHT, left = LEFT } = {}) {
  const right = width - RIGHT, bottom = height - BOTTOM;
  const across = scale(x.low, x.high, left, right, x.log), up = scale(y.low, y.high, bottom, TOP, y.log);
  const svg = shape("svg", { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": label });
  const [along, upward] = [x.ticks ?? across.ticks, y.ticks ?? up.ticks];
  for (const at of along) {
    const place = across.place(at);
    svg.append(
      shape("line", { class: "grid", x1: place, x2: place, y1: TOP, y2: bottom }),
      shape("text", { class: "tick", x: place, y: bottom + 14, "text-anchor": "middle" }, writer(along, x.log)(at)),
    );
  }
  for (const at of upward) {
    const place = up.place(at), name = writer(upward, y.log)(at);
    svg.append(
      shape("line", { class: "grid", x1: left, x2: right, y1: place, y2: place }),
      shape("text", { class: "tick", x: left - 5, y: place + 4, "text-anchor": "end" }, name),
    );
  }
  svg.append(
    shape("rect", { class: "edge", x: left, y: TOP, width: right - left, height: bottom - TOP }),
    shape("text", { x: (left + right) / 2, y: height - 6, "text-anchor": "middle" }, x.label),
  );
  return { svg, x: across.place, y: up.place, unx: across.back, uny: up.back, left, right, top: TOP, bottom, low: y.low, log: y.log };
}

// The points of a line as a path; where a value has no place the line is broken. A point alone is a dash.
function path(points) {
  const known = ([x, y] = [null, null]) => x !== null && y !== null;
  return points.map(([x, y], i) => {
    if (!known([x, y])) return "";
    const before = known(points[i - 1]), alone = !before && !known(points[i + 1]);
    return `${before ? "L" : "M"}${x.toFixed(1)} ${y.toFixed(1)}${alone ? "m-1.5 0h3" : ""}`;
  }).join("");
}

// A line, and a mark on the floor of the panel for each value that a logarithm does not have.
function line(on, xs, ys, attributes) {
  const group = shape("g", attributes);
  group.append(shape("path", { class: "line", d: path(xs.map((x, i) => [on.x(x), on.y(ys[i])])) }));
  if (on.log) {
    xs.forEach((x, i) => {
      if (ys[i] !== null && ys[i] <= 0) group.append(shape("path", { d: `M${on.x(x)} ${on.bottom}v-5` }));
    });
  }
  on.svg.append(group);
  return group;
}

// The area between two lines.
function band(on, xs, lows, highs, attributes) {
  const known = xs.map((x, i) => [x, lows[i], highs[i]]).filter(([, , high]) => high !== null && on.y(high) !== null);
  if (known.length < 2) return;
  const within = (y) => Math.min(Math.max(y ?? on.bottom, on.top), on.bottom);
  const over = known.map(([x, , high]) => [on.x(x), within(on.y(high))]);
  const under = known.map(([x, low]) => [on.x(x), within(on.y(low))]).reverse();
  on.svg.append(shape("path", { ...attributes, d: path([...over, ...under]) + "Z" }));
}

// Words at the ends of lines, or at `x`, moved apart where they would lie on each other.
function ends(on, words) {
  const ordered = [...words].sort((a, b) => a.y - b.y), places = [];
  ordered.forEach(({ y }, i) => { places[i] = Math.max(y + 4, i ? places[i - 1] + 10 : on.top + 8); });
  for (let i = places.length - 1, most = on.bottom + 4; i >= 0; i -= 1, most -= 10) places[i] = Math.min(places[i], most);
  ordered.forEach(({ text, x = on.right }, i) => on.svg.append(shape("text", { x: x + 3, y: places[i] }, text)));
}

const DASHES = [null, "6 2", "2 2", "7 2 2 2"];
