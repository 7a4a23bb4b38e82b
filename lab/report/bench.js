// The bench: the design as it is moved, and what follows of it.

const DATA = JSON.parse(document.getElementById("data").textContent);
const control = (id) => document.getElementById(id);
const NUMBERS = ["depth", "weight_variance", "bias_variance"];
const knots = DATA.knots ? DATA.knots[0].map((z, i) => ({ z, slope: DATA.knots[1][i] })) : null;
const parameters = Object.entries(DATA.parameters ?? {}).map(([name, value]) => ({ name, value }));
const rounded = (x) => Number(x.toFixed(3));

function designed() {
  if (knots) return ofKnots(knots.map(({ z }) => z), knots.map(({ slope }) => slope));
  return ofGraph(DATA.graph, DATA.value, DATA.slope, parameters.map(({ value }) => value));
}

const network = () => ({ ...DATA.deep, ...Object.fromEntries(NUMBERS.map((name) => [name, Number(control(name).value)])) });

// What the page shows as numbers, at once for all who ask: the floor, the gains and the layers.
function computed() {
  const sigma = designed(), [inf, sup] = bounds(sigma);
  return { sigma, inf, sup, gains: gains(sigma), layers: layers(sigma, network()) };
}

// The critical σ_w², which takes longest: once a design has come to rest.
let resting = 0;
function tellCritical() {
  clearTimeout(resting);
  control("critical").textContent = "…";
  resting = setTimeout(() => {
    const w2 = critical(designed(), network().bias_variance);
    control("critical").textContent = w2 === null ? "none" : `${written(Math.sqrt(w2))} (σ_w² = ${written(w2)})`;
  }, 250);
}

// A whole experiment file: the design in the network that the page computes, with its floor as a claim.
const WIDTH_OF_LAYERS = 30;
const table = (entries) => Object.entries(entries).map(([key, x]) => `${key} = ${x}`);

function toml(floor) {
  const { depth, weight_variance, bias_variance } = network();
  const own = knots
    ? { z: `[${knots.map(({ z }) => z).join(", ")}]`, slopes: `[${knots.map(({ slope }) => slope).join(", ")}]` }
    : Object.fromEntries(parameters.map(({ name, value }) => [name, String(value)]));
  const entries = { ...DATA.spec, ...own }, claim = Math.floor(floor * 1000) / 1000;
  const designed = DATA.spec.value
    ? ["", "[activations.designed]", ...table({ ...entries, ...(claim > 0 && { at_least: claim }) })] : [];
  return ['title = "How do the layers of this design learn?"', "", "[data]", 'name = "digits"', "", "[network]",
    `hidden = [${Array(depth).fill(WIDTH_OF_LAYERS).join(", ")}]`,
    `activation = ${DATA.spec.value ? '"designed"' : `{${table(entries).join(", ")}}`}`,
    `initialiser = {${table({ name: '"normal"', weight_variance, bias_variance }).join(", ")}}`, ...designed].join("\n");
}

let reach = 4;

function curve(sigma, function_, label, kind, floor) {
  const zs = Array.from({ length: 241 }, (_, i) => -reach + (i * reach) / 120);
  const known = zs.map(function_).map((x) => (Number.isFinite(x) ? x : null));
  const [low, high] = extent([...known, 0]);
  const on = panel(label, { low: -reach, high: reach, label: "z" },
    { low: Math.min(low, floor ?? low, 0) - 0.05, high: high + Math.max(0.15, 0.1 * (high - low)) });
  if (floor !== undefined) on.svg.append(shape("line", { class: "floor", x1: on.left, x2: on.right, y1: on.y(floor), y2: on.y(floor) }));
  line(on, zs, known, { class: kind });
  return on;
}

let axis = null;  // the slope's, as long as a knot is dragged

function redraw() {
  const found = computed(), { sigma } = found;
  if (knots) reach = Math.max(4, ...knots.map(({ z }) => Math.abs(z) + 1));
  const slope = curve(sigma, sigma.slope, "The slope σ′; its knots can be moved", "slope", found.inf);
  if (knots) knots.forEach((_, i) => handle(slope, i));
  axis = slope;
  const value = curve(sigma, sigma.value, "The activation σ", "sigma");
  const focused = document.activeElement?.dataset?.knot;
  const said = knots ? "σ′: drag its knots, or move them by the arrow keys" : "σ′; dashed, the floor";
  control("plots").replaceChildren(figure(slope, said), figure(value, "σ"), speeds(found.layers));
  if (focused) control("plots").querySelector(`[data-knot="${focused}"]`)?.focus();
  tell(found);
}

const figure = (on, words) => html("figure", {}, on.svg, html("figcaption", {}, words));

function speeds(rows) {
  const places = rows.map(({ layer }) => layer), values = rows.map(({ speed }) => speed), [low, high] = extent(values, true);
  const on = panel("Predicted speed of each layer",
    { low: 0.5, high: rows.length + 0.5, label: "layer", ticks: rows.length > 10 ? undefined : places },
    { low: low / 1.5, high: high * 1.5, log: true });
  line(on, places, values, { class: "v0 variant" });
  return figure(on, "The predicted learning speed of each layer, relative to the last");
}

function tell({ inf, sup, gains: { forward, backward }, layers: rows }) {
  for (const name of NUMBERS) document.querySelector(`output[for=${name}]`).textContent = control(name).value;
  const told = [["floor, inf σ′", inf], ["sup σ′", sup], ["χ of the last layer", rows.at(-1).chi],
    ["speed of layer 1, of the last’s", rows[0].speed], ["gain that keeps activations", forward], ["gain that keeps errors", backward]];
  control("numbers").replaceChildren(...told.map(([name, x]) =>
    html("div", {}, html("dt", {}, name), html("dd", {}, written(x)))),
  html("div", {}, html("dt", {}, "critical gain, at χ = 1"), html("dd", { id: "critical" })));
  tellCritical();
  control("layers").replaceChildren(...rows.map(({ layer, q, chi, speed }) =>
    html("tr", {}, ...[layer, q, chi, speed].map((x) => html("td", { class: "number" }, written(x))))));
  control("toml").textContent = toml(inf);
}

// A knot keeps between its neighbours.
function moveTo(i, z, slope) {
  const low = i ? knots[i - 1].z + 0.01 : -20, high = i + 1 < knots.length ? knots[i + 1].z - 0.01 : 20;
  knots[i] = { z: rounded(Math.min(Math.max(z, low), high)), slope: rounded(Math.min(Math.max(slope, -5), 5)) };
  for (const key of ["z", "slope"]) control(`${key}-${i}`).value = knots[i][key];
  redraw();
}

function handle(on, i) {
  const { z, slope } = knots[i];
  const dot = shape("circle", { class: "knot", cx: on.x(z), cy: on.y(slope), r: 7, tabindex: 0, role: "slider", "data-knot": String(i),
    "aria-label": `knot ${i + 1}`, "aria-valuenow": slope, "aria-valuetext": `slope ${slope} at z ${z}` });
  dot.addEventListener("keydown", (event) => {
    const way = { ArrowLeft: [-0.1, 0], ArrowRight: [0.1, 0], ArrowUp: [0, 0.01], ArrowDown: [0, -0.01] }[event.key];
    if (!way) return;
    event.preventDefault();
    moveTo(i, knots[i].z + way[0], knots[i].slope + way[1]);
  });
  dot.addEventListener("pointerdown", (event) => {
    event.preventDefault();
    const fixed = axis, box = on.svg.getBoundingClientRect(), view = on.svg.viewBox.baseVal;
    const move = ({ clientX, clientY }) => {
      const x = ((clientX - box.left) / box.width) * view.width, y = ((clientY - box.top) / box.height) * view.height;
      moveTo(i, fixed.unx(x), fixed.uny(y));
    };
    const end = () => { removeEventListener("pointermove", move); removeEventListener("pointerup", end); };
    addEventListener("pointermove", move);
    addEventListener("pointerup", end);
  });
  on.svg.append(dot);
}

function knotFields() {
  control("design").replaceChildren(...knots.map((knot, i) => {
    const field = (key, step) => {
      const input = html("input", { type: "number", step, id: `${key}-${i}`, value: knot[key], "aria-label": `${key === "z" ? "place" : "slope"} of knot ${i + 1}` });
      input.addEventListener("change", () => moveTo(i, Number(control(`z-${i}`).value), Number(control(`slope-${i}`).value)));
      return input;
    };
    const away = html("button", { type: "button", "aria-label": `Remove knot ${i + 1}` }, "×");
    away.disabled = knots.length <= 2;
    away.addEventListener("click", () => { knots.splice(i, 1); knotFields(); redraw(); });
    return html("span", {}, "z ", field("z", 0.1), " σ′ ", field("slope", 0.01), " ", away);
  }));
}

// A new knot in the middle of the widest piece, on the line.
function addKnot() {
  const wide = knots.slice(1).map(({ z }, i) => z - knots[i].z), at = wide.indexOf(Math.max(...wide));
  const middle = (knots[at].z + knots[at + 1].z) / 2;
  knots.splice(at + 1, 0, { z: rounded(middle), slope: rounded((knots[at].slope + knots[at + 1].slope) / 2) });
  knotFields();
  redraw();
}

// A slider from nothing to three times what the parameter is, or around 0.
function parameterFields() {
  control("design").replaceChildren(...parameters.map((parameter) => {
    const { name, value } = parameter, most = value === 0 ? 2 : 3 * Math.abs(value), least = value > 0 ? 0 : -most;
    const input = html("input", { type: "range", min: least, max: most, step: (most - least) / 300, id: `p-${name}` });
    const shown = html("output", { for: `p-${name}` }, written(value));
    input.value = value;
    input.addEventListener("input", () => {
      parameter.value = Number(Number(input.value).toPrecision(4));
      shown.textContent = written(parameter.value);
      redraw();
    });
    return html("label", { class: "grow" }, `${name} `, input, " ", shown);
  }));
}

async function copy() {
  try {
    await navigator.clipboard.writeText(control("toml").textContent);
    control("copied").textContent = "copied";
  } catch {
    getSelection().selectAllChildren(control("toml"));
    control("copied").textContent = "selected: copy it with Ctrl C";
  }
}

for (const name of NUMBERS) {
  control(name).value = DATA.deep[name];
  control(name).addEventListener("input", redraw);
}
control("bench").addEventListener("submit", (event) => event.preventDefault());
control("copy").addEventListener("click", copy);
control("add").addEventListener("click", addKnot);
control("more").hidden = !knots;
if (knots) knotFields();
else parameterFields();
redraw();
