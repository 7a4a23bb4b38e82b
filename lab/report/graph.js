// σ and σ′ of a design: through knots, or by the graph of a formula.

function erfcx(x) {
  // e^{x²} erfc x for x ≥ 0: by the series of erf near 0, else by the continued fraction of Laplace.
  if (x < 2.5) return Math.exp(x * x) * (1 - erf(x));
  let tail = 0;
  for (let k = 60; k > 0; k -= 1) tail = (k / 2) / (x + tail);
  return 1 / (Math.sqrt(Math.PI) * (x + tail));
}

function erf(x) {
  if (Math.abs(x) >= 2.5) return Math.sign(x) * (1 - Math.exp(-x * x) * erfcx(Math.abs(x)));
  let term = x, sum = x;
  for (let k = 1; k < 60; k += 1) {
    term *= (2 * x * x) / (2 * k + 1);
    sum += term;
  }
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum;
}

const erfc = (x) => (x >= 2.5 ? Math.exp(-x * x) * erfcx(x) : 1 - erf(x));
const sigmoid = (x) => 1 / (1 + Math.exp(-x));
const sech2 = (x) => { const e = Math.exp(-Math.abs(x)); return (2 * e / (1 + e * e)) ** 2; };
const sincSlope = (x) => (Math.abs(x) < 1e-3 ? -x / 3 + x ** 3 / 30 : (x * Math.cos(x) - Math.sin(x)) / (x * x));

const KERNELS = {
  add: (x, y) => x + y, sub: (x, y) => x - y, mul: (x, y) => x * y, div: (x, y) => x / y, pow: (x, y) => x ** y,
  neg: (x) => -x, exp: Math.exp, expm1: Math.expm1, log: Math.log, log1p: Math.log1p, sqrt: Math.sqrt,
  sin: Math.sin, cos: Math.cos, sinh: Math.sinh, cosh: Math.cosh, tanh: Math.tanh, asinh: Math.asinh,
  arctan: Math.atan, arccot: (x) => Math.atan2(1, x),
  sinc: (x) => (x === 0 ? 1 : Math.sin(x) / x), sinc_slope: sincSlope, sech2, erf, erfc, sigmoid,
  sigmoid_slope: (x) => { const s = sigmoid(-Math.abs(x)); return s * (1 - s); },
  softplus: (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))),
  Phi: (x) => erfc(-x / Math.SQRT2) / 2, phi: (x) => Math.exp(-x * x / 2) / Math.sqrt(2 * Math.PI),
  abs: Math.abs, sign: Math.sign, min: (x, y) => Math.min(x, y), max: (x, y) => Math.max(x, y),
  less: (x, y) => x < y, less_equal: (x, y) => x <= y, greater: (x, y) => x > y, greater_equal: (x, y) => x >= y,
  where: (c, x, y) => (c ? x : y), square: (x) => x * x,
};

// The two functions of a graph, of z, with these values of its parameters.
function ofGraph(graph, value, slope, parameters) {
  const steps = graph.map(([name, ...places], at) => ({ at, kernel: KERNELS[name], places, name }));
  const cells = steps.map(({ name, places: [x] }) => (name === "constant" ? x : name === "parameter" ? parameters[x - 1] : 0));
  const inputs = steps.filter(({ name }) => name === "z").map(({ at }) => at), moving = steps.filter(({ kernel }) => kernel);
  let last = NaN;
  const run = (z) => {
    if (z === last) return;
    last = z;
    for (const at of inputs) cells[at] = z;
    for (const { at, kernel, places } of moving) cells[at] = kernel(cells[places[0]], cells[places[1]], cells[places[2]]);
  };
  return { value: (z) => { run(z); return cells[value]; }, slope: (z) => { run(z); return cells[slope]; }, kinks: [] };
}

// σ′ piecewise linear through the knots and constant beyond; σ its integral, with σ(0) = 0.
function ofKnots(places, slopes) {
  const slope = (z) => {
    const right = places.findIndex((place) => place > z);
    if (right === 0) return slopes[0];
    if (right < 0) return slopes.at(-1);
    const share = (z - places[right - 1]) / (places[right] - places[right - 1]);
    return slopes[right - 1] + share * (slopes[right] - slopes[right - 1]);
  };
  const ends = [...new Set([...places, 0])].sort((a, b) => a - b), at = ends.map(slope);
  const area = [0];
  for (let i = 1; i < ends.length; i += 1) area[i] = area[i - 1] + ((ends[i] - ends[i - 1]) * (at[i] + at[i - 1])) / 2;
  const start = area[ends.indexOf(0)];
  const value = (z) => {
    let i = ends.findIndex((end) => end > z) - 1;
    if (i === -1) return area[0] - start + (z - ends[0]) * at[0];
    if (i === -2) i = ends.length - 1;
    return area[i] - start + ((z - ends[i]) * (at[i] + slope(z))) / 2;
  };
  return { value, slope, kinks: places };
}
