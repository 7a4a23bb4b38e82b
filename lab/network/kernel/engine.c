// The training of lab/network/backprop.py in C, for one kind of number and one kind of processor:
//
//     delta^L = grad_a C * sigma'(z^L)                   (BP1)
//     delta^l = (w^{l+1}^T delta^{l+1}) * sigma'(z^l)    (BP2)
//     dC/db^l = delta^l                                  (BP3)
//     dC/dw^l = delta^l a^{l-1}^T                        (BP4)
//
// Examples are rows here, and w stands transposed with b as its last row, so that neighbouring numbers belong
// to neighbouring neurons; the rows are padded to PADDED numbers. Source: Nielsen, Neural Networks and Deep
// Learning (2015), ch. 2.

#include "products.h"
#include "ranks.h"
#include "tape.h"

#define JOINED(name, kind) name##_##kind
#define EXPANDED(name, kind) JOINED(name, kind)
#define NAMED(name) EXPANDED(name, KIND)
#define EXPORT __attribute__((visibility("default")))

#define MOST_LAYERS 256
#define TOGETHER 64  // examples of an evaluation that go through the layers together

#define SUMMED 64    // examples whose products are summed together
#define BESIDE 4     // sums that go side by side
#define SQUARES 4    // rows of squares of a layer: of w's gradient, those of even rows and of odd ones, and likewise of b's

enum { QUADRATIC, CROSS_ENTROPY, SOFTMAX };

typedef struct {
    int64_t depth;         // L
    const int64_t *sizes;  // n_0 ... n_L
    const Tape *both;      // of each layer, sigma and sigma'
    const Tape *value;     // of each layer, sigma alone
    int64_t cost, cancels; // cancels: BP1 is a - y
    double floor;          // of sigma' in BP1 and BP2; 0 is none
    int64_t optimiser;
    double eta, decay, first, second, epsilon;
    const void *x, *y;     // examples in rows; y's are padded
    int64_t x_stride;
    Rescue rescue;
} Network;

typedef struct {
    const real *x;  // the rows of the inputs
    int64_t x_stride;
    const real *y;
    real *z[MOST_LAYERS], *a[MOST_LAYERS], *slope[MOST_LAYERS], *delta[MOST_LAYERS];
    real **e;  // where the error before sigma' is kept, or NULL
    real *rows[2], *across[2], *sum, *biases, *room;
} Pass;

static int64_t padded(int64_t n) { return (n + PADDED - 1) / PADDED * PADDED; }

static int64_t parameters(const Network *net) {
    int64_t count = 0;
    for (int64_t l = 1; l <= net->depth; l++) count += (net->sizes[l - 1] + 1) * padded(net->sizes[l]);
    return count;
}

static int64_t neurons(const Network *net) {
    int64_t count = 0;
    for (int64_t l = 1; l <= net->depth; l++) count += padded(net->sizes[l]);
    return count;
}

// Lays out the buffers of a pass over m examples in `at`; returns how many numbers they take.
static int64_t laid_out(const Network *net, int64_t m, real *at, Pass *p) {
    real *const begin = at;
    int64_t widest = padded(net->sizes[0]), room = 0, weights = 0;
    for (int64_t l = 1; l <= net->depth; l++) {
        int64_t n = padded(m) * padded(net->sizes[l]);
        if (padded(net->sizes[l]) > widest) widest = padded(net->sizes[l]);
        if (room_of(&net->both[l - 1]) > room) room = room_of(&net->both[l - 1]);
        if (net->sizes[l - 1] * padded(net->sizes[l]) > weights) weights = net->sizes[l - 1] * padded(net->sizes[l]);
        p->z[l] = at, p->a[l] = at + n, p->slope[l] = at + 2 * n, p->delta[l] = at + 3 * n;
        at += 4 * n;
    }
    for (int k = 0; k < 2; k++) p->rows[k] = at, at += padded(m) * widest;
    for (int k = 0; k < 2; k++) p->across[k] = at, at += padded(m) * widest;  // in one piece
    p->sum = at, at += m > SUMMED ? weights : 0;
    p->biases = at, at += neurons(net);
    p->room = at;
    return at + room - begin;
}

// Runs the tape of a layer; where most of the numbers would be padding, they are packed first.
static void sigma(const Network *net, const Tape *tapes, int64_t l, int64_t m, Pass *p) {
    const int64_t n = net->sizes[l], width = padded(n);
    const Tape *tape = &tapes[l - 1];
    if (2 * n > width) {
        run_tape(tape, p->z[l], p->a[l], p->slope[l], m * width, p->room, net->rescue);
        return;
    }
    real *z = p->rows[0], *a = p->rows[1], *slope = p->across[0];
    for (int64_t i = 0; i < m; i++)
        for (int64_t j = 0; j < n; j++) z[i * n + j] = p->z[l][i * width + j];
    for (int64_t k = m * n; k < padded(m * n); k++) z[k] = 0;
    run_tape(tape, z, a, slope, padded(m * n), p->room, net->rescue);
    for (int64_t i = 0; i < m; i++)
        for (int64_t j = 0; j < n; j++) p->a[l][i * width + j] = a[i * n + j], p->slope[l][i * width + j] = slope[i * n + j];
}

// z = w a + b and a = sigma(z), layer after layer
static void forward(const Network *net, const Tape *tapes, const real *theta, int64_t m, Pass *p) {
    const real *a = p->x;
    int64_t stride = p->x_stride;
    for (int64_t l = 1; l <= net->depth; l++) {
        int64_t inputs = net->sizes[l - 1], n = padded(net->sizes[l]);
        multiply(&(Product){.left = a, .row = stride, .term = 1, .right = theta, .stride = n, .start = theta + inputs * n,
                           .rows = m, .columns = n, .terms = inputs, .out = p->z[l], .out_stride = n});
        sigma(net, tapes, l, m, p);
        a = p->a[l], stride = n, theta += (inputs + 1) * n;
    }
}

// sigma', or what stands for it on the way down
INLINE vec passed(real floor, vec slope) { return floor == 0 ? slope : most(slope, all(floor)); }

// BP1 of the mean over m examples; 0 where there is no neuron, so that the padding of w stays 0
static void output_error(const Network *net, int64_t m, Pass *p) {
    const int64_t L = net->depth, n = net->sizes[L], width = padded(n), cost = net->cost, cancels = net->cancels;
    const real floor = (real)net->floor;
    real *share = p->rows[1];
    for (int64_t j = 0; j < width; j++) share[j] = j < n ? (real)(1.0 / (double)m) : 0;
    for (int64_t i = 0; i < m; i++) {
        const real *a = p->a[L] + i * width, *y = p->y + i * width, *slope = p->slope[L] + i * width;
        real *delta = p->delta[L] + i * width, top = a[0], sum = 0;
        if (cost == SOFTMAX) {
            for (int64_t j = 1; j < n; j++) top = a[j] > top || a[j] != a[j] ? a[j] : top;
            for (int64_t j = 0; j < width; j += W) to(delta + j, exp_(from(a + j) - top));
            for (int64_t j = 0; j < n; j++) sum += delta[j];
        }
        for (int64_t j = 0; j < width; j += W) {
            vec aj = from(a + j), error = aj - from(y + j);
            if (cost == SOFTMAX) error = from(delta + j) / sum - from(y + j);
            vec e = error;
            if (cost == CROSS_ENTROPY && (p->e || !cancels)) e = choose(error == 0, error, error / (aj * (1 - aj)));
            if (p->e) to(p->e[L] + i * width + j, e * from(share + j));
            to(delta + j, (cancels ? error : e * passed(floor, from(slope + j))) * from(share + j));
        }
    }
}

// BP4: w learns from the sum of a delta^T over m examples, of which so many are summed at a time as the cache holds.
static void learn_from(const real *a, int64_t term, const real *delta, int64_t n, int64_t m, real *w, int64_t inputs,
                       const Learning *how, real *sum) {
    Product dw = {.row = 1, .term = term, .stride = n, .start_stride = n, .rows = inputs, .columns = n, .out_stride = n};
    for (int64_t i = 0; i < m; i += dw.terms) {
        const int last = m - i <= SUMMED;
        dw.left = a + i * term, dw.right = delta + i * n, dw.terms = last ? m - i : SUMMED;
        dw.start = i ? sum : NULL, dw.out = last ? w : sum, dw.learning = last ? how : NULL;
        multiply(&dw);
    }
}

// BP3: the sums of delta over m examples, of layer after layer. A sum waits for its last term; so several go side by side.
static void sum_errors(const Network *net, int64_t m, const Pass *p) {
    const int64_t vectors = neurons(net) / W;
    for (int64_t k = 0, l = 1, j = 0; k < vectors; k += BESIDE) {
        const real *delta[BESIDE];
        int64_t width[BESIDE];
        vec sum[BESIDE];
        for (int q = 0; q < BESIDE; q++) {
            delta[q] = p->delta[l] + j, width[q] = padded(net->sizes[l]), sum[q] = all(0);
            if (j + W < width[q])
                j += W;
            else if (l < net->depth)
                l++, j = 0;
        }
        for (int64_t i = 0; i < m; i++)
            UNROLLED for (int q = 0; q < BESIDE; q++) sum[q] += from(delta[q]), delta[q] += width[q];
        for (int q = 0; q < BESIDE && k + q < vectors; q++) to(p->biases + (k + q) * W, sum[q]);
    }
}

// The biases of a layer, which do not decay, learn from such a sum.
static void learn_biases(const real *sum, int64_t n, real *b, const Learning *weights) {
    Learning how = *weights;
    how.decay = 0;
    if (how.squares) how.squares += 2 * n;
    multiply(&(Product){.start = sum, .rows = 1, .columns = n, .out = b, .out_stride = n, .learning = &how});
}

// BP2 without sigma': e = w^T delta of m examples, for the layer below. What is transposed is the smaller of the two:
// w, or delta on its way in and e on its way out. The sums are the same.
static void carry(const real *w, int64_t inputs, const real *delta, int64_t neurons, int64_t m, Pass *p) {
    const int64_t n = padded(neurons), below = padded(inputs), examples = padded(m);
    if (below * n <= examples * (n + below)) {
        transpose(w, n, inputs, n, p->across[0], below);
        multiply(&(Product){.left = delta, .row = n, .term = 1, .right = p->across[0], .stride = below, .rows = m,
                           .columns = below, .terms = neurons, .out = p->rows[0], .out_stride = below});
        return;
    }
    transpose(delta, n, m, n, p->across[0], examples);
    multiply(&(Product){.left = w, .row = n, .term = 1, .right = p->across[0], .stride = examples, .rows = inputs,
                       .columns = examples, .terms = neurons, .out = p->across[1], .out_stride = examples});
    transpose(p->across[1], examples, inputs, examples, p->rows[0], below);
}

// BP2 to BP4 from the output down; theta learns from each gradient as soon as nothing needs the old weights.
static void backward(const Network *net, real *theta, int64_t m, Pass *p, Learning weights) {
    const real floor = (real)net->floor, *sum = p->biases;
    real *w = theta + parameters(net);
    if (weights.squares) weights.squares += SQUARES * neurons(net);
    for (int64_t l = net->depth; l >= 1; l--) {
        const int64_t inputs = net->sizes[l - 1], n = padded(net->sizes[l]), below = padded(inputs);
        w -= (inputs + 1) * n;
        if (weights.squares) weights.squares -= SQUARES * n;
        if (l > 1) carry(w, inputs, p->delta[l], net->sizes[l], m, p);
        learn_from(l > 1 ? p->a[l - 1] : p->x, l > 1 ? below : p->x_stride, p->delta[l], n, m, w, inputs, &weights, p->sum);
        if (l == 1) break;
        const real *e = p->rows[0], *slope = p->slope[l - 1];
        real *delta = p->delta[l - 1];
        if (p->e) memcpy(p->e[l - 1], e, m * below * sizeof(real));
        for (int64_t i = 0; i < m * below; i += W) to(delta + i, from(e + i) * passed(floor, from(slope + i)));
    }
    sum_errors(net, m, p);
    for (int64_t l = 1; l <= net->depth; l++) {
        const int64_t n = padded(net->sizes[l]);
        learn_biases(sum, n, w + net->sizes[l - 1] * n, &weights);
        w += (net->sizes[l - 1] + 1) * n, sum += n;
        if (weights.squares) weights.squares += SQUARES * n;
    }
}

// Copies a row, without a call where it is short.
INLINE void copy(real *to_, const real *of, int64_t n) {
    if (n > 2 * W)
        memcpy(to_, of, n * sizeof(real));
    else
        for (int64_t j = 0; j < n; j++) to_[j] = of[j];
}

// A pass over m examples of the network: those of these numbers, or the first ones.
static void begin(const Network *net, int64_t m, const int64_t *chosen, real *workspace, Pass *p) {
    const int64_t inputs = net->sizes[0], stride = padded(inputs), width = padded(net->sizes[net->depth]);
    const real *of_x = net->x, *of_y = net->y;
    real *x = workspace, *y = x + padded(m) * stride;
    laid_out(net, m, y + padded(m) * width, p);
    p->e = NULL, p->x = of_x, p->x_stride = net->x_stride, p->y = of_y;
    if (!chosen) return;
    for (int64_t i = 0; i < m; i++) {
        copy(x + i * stride, of_x + chosen[i] * p->x_stride, inputs);
        for (int64_t j = 0; j < width; j += W) to(y + i * width + j, from(of_y + chosen[i] * width + j));
    }
    p->x = x, p->y = y, p->x_stride = stride;
}

// x^k by squares, the same on every machine
static double power(double x, int64_t k) {
    double result = 1;
    for (; k > 0; k >>= 1, x *= x)
        if (k & 1) result *= x;
    return result;
}

static Learning learning(const Network *net, int64_t step, const real *theta, real *state, int64_t stack) {
    Learning how = {.optimiser = net->optimiser, .eta = (real)net->eta, .decay = (real)net->decay, .first = (real)net->first,
                    .second = (real)net->second, .epsilon = (real)net->epsilon, .state = {state, state + stack}, .theta = theta};
    if (net->optimiser == ADAM) {
        how.first_scale = (real)(1 / (1 - power(net->first, step)));
        how.second_scale = (real)__builtin_sqrt(1 / (1 - power(net->second, step)));
    }
    return how;
}

// The buffers of a reading, before those of the passes: a change or a gradient, and the squares of the gradient.
static int64_t measured(const Network *net) { return parameters(net) + SQUARES * neurons(net); }

// How many numbers the parameters of a trial take, and the buffers of its passes and readings of at most m examples.
EXPORT int64_t NAMED(parameters)(const Network *net) { return parameters(net); }

EXPORT int64_t NAMED(workspace)(const Network *net, int64_t m) {
    Pass p;
    return measured(net) + laid_out(net, m > TOGETHER ? m : TOGETHER, NULL, &p) + padded(m) * (padded(net->sizes[0]) + padded(net->sizes[net->depth]));
}

// Some steps of every trial, the first of which has the number `step`. The s-th takes, of trial t, the examples
// order[t examples + starts[s]] up to starts[s + 1]; all of them where there is no order.
EXPORT void NAMED(run)(const Network *net, int64_t trials, real *theta, real *state, int64_t step, int64_t steps,
                 const int64_t *starts, const int64_t *order, int64_t examples, real *workspace) {
    const int64_t count = parameters(net);
    for (int64_t t = 0; t < trials; t++)
        for (int64_t s = 0; s < steps; s++) {
            const int64_t m = starts[s + 1] - starts[s], *chosen = order ? order + t * examples + starts[s] : NULL;
            Pass p;
            begin(net, m, chosen, workspace, &p);
            forward(net, net->both, theta + t * count, m, &p);
            output_error(net, m, &p);
            backward(net, theta + t * count, m, &p, learning(net, step + s, theta + t * count, state + t * count, trials * count));
        }
}

// z and a of the output layer of some examples in rows, padded, for every trial
EXPORT void NAMED(outputs)(const Network *net, int64_t trials, const real *theta, const real *x, int64_t x_stride, int64_t examples,
                     real *z, real *a, real *workspace) {
    const int64_t width = padded(net->sizes[net->depth]);
    for (int64_t t = 0; t < trials; t++)
        for (int64_t start = 0; start < examples; start += TOGETHER) {
            const int64_t m = examples - start < TOGETHER ? examples - start : TOGETHER;
            Pass p = {.x = x + start * x_stride, .x_stride = x_stride};
            laid_out(net, m, workspace, &p);
            forward(net, net->value, theta + t * parameters(net), m, &p);
            memcpy(z + (t * examples + start) * width, p.z[net->depth], m * width * sizeof(real));
            memcpy(a + (t * examples + start) * width, p.a[net->depth], m * width * sizeof(real));
        }
}

// What a reading measures, and of which trials; NULL is left out.
typedef struct {
    int64_t fixed;                   // whether the m examples are the first of x, the same at each reading
    int64_t m, norms_only, of_theta;  // of_theta: whether norms of w and b are measured
    double low_input;                // of the root mean square of a
    const real *marks;               // m numbers that tell apart neurons, of whose z the products differ by
    double near;                     // more than this share of ||z||
    const double *least, *steepest;  // of each layer: what |sigma'| is saturated below, where it is largest
    const int64_t *every, *ranks;    // of each layer: one of so many examples is ranked, and which RANKS are sought
    double *statistics;              // (trials, L, STATISTICS)
    real *ranked;                    // (trials, L, 2, RANKS, 2): sigma' and a at these ranks and the next; or NULL
    real *z, *a;                     // of the output layer, padded
    real *blocks;                    // (trials, blocks_size): blocks of a layer as the numpy core has them, neurons in rows
    int64_t blocks_size;
    const int64_t *places;           // (5, L): where in `blocks` each begins, or -1
    const int64_t *kept_at;          // of each reading of `watch`: at which place of `weights` they are kept; or -1
    real *weights;                   // (places, trials, parameters)
} Reading;

// What the blocks of a layer hold.
enum { OF_A, OF_Z, OF_SLOPE, OF_E, OF_DELTA };

// Writes a block of layer l, of which these are the rows, where it is wanted.
static void show(const Network *net, const Reading *r, int64_t at, int block, int64_t l, const real *rows, const Pass *p) {
    const int64_t place = r->places[block * net->depth + l - 1], n = net->sizes[l], m = r->m;
    if (place < 0) return;
    transpose(rows, padded(n), m, n, p->across[0], padded(m));
    for (int64_t j = 0; j < n; j++)
        memcpy(r->blocks + at * r->blocks_size + place + j * m, p->across[0] + j * padded(m), m * sizeof(real));
}

// What a pass that went forward tells, as the row `at` of the reading.
static void look(const Network *net, const Reading *r, int64_t at, const real *theta, const Pass *p) {
    double *out = r->statistics + at * net->depth * STATISTICS;
    const int64_t L = net->depth, last = r->m * padded(net->sizes[L]);
    real *ranked = r->ranked ? r->ranked + at * L * 4 * RANKS : NULL;
    Block before = {p->x, p->x_stride, r->m, net->sizes[0]};
    memcpy(r->z + at * last, p->z[L], last * sizeof(real));
    memcpy(r->a + at * last, p->a[L], last * sizeof(real));
    for (int64_t l = 1; l <= L; l++, out += STATISTICS) {
        const int64_t n = net->sizes[l], width = padded(n), below = net->sizes[l - 1];
        show(net, r, at, OF_A, l, p->a[l], p), show(net, r, at, OF_Z, l, p->z[l], p), show(net, r, at, OF_SLOPE, l, p->slope[l], p);
        const Block a = {p->a[l], width, r->m, n}, slope = {p->slope[l], width, r->m, n};
        out[LARGEST_Z] = largest_of(&(Block){p->z[l], width, r->m, n}, 0);
        if (r->of_theta) {
            out[WEIGHTS] = norm_of(&(Block){theta, width, below, n}, 0);
            out[BIASES] = norm_of(&(Block){theta + below * width, width, 1, n}, 0);
            theta += (below + 1) * width;
        }
        if (r->norms_only) continue;
        out[SLOPES] = sum_of(&slope);
        count_slopes(&slope, p->z[l], r->least[l - 1], r->steepest[l - 1], out);
        out[TWINS] = twins_of(&(Block){p->z[l], width, r->m, n}, p->slope[l], r->marks, r->near, p->rows[0], p->rows[1]);
        out[A] = sum_of(&a);
        out[A_SPREAD] = norm_of(&a, (real)(out[A] / (double)(r->m * n)));
        const int in_place = l == 1 && r->fixed;  // x, whose rows end without padding, and which is the same each time
        if (in_place && at == 0) {
            before.at = p->rows[0], before.stride = padded(below);
            for (int64_t i = 0; i < r->m; i++) copy(p->rows[0] + i * before.stride, p->x + i * p->x_stride, below);
        }
        out[LOW_INPUT] = in_place && at > 0 ? r->statistics[LOW_INPUT] : low_of(&before, r->low_input);
        for (int k = 0; ranked && k < 2; k++, ranked += 2 * RANKS)
            ranks_of(k ? &a : &slope, r->every[l - 1], r->ranks + (l - 1) * RANKS, ranked, p->across[0]);
        before = a;
    }
}

// Goes backward over m examples of a pass that went forward, as a step does, and measures for each layer, where they
// are summed in how.squares, the errors and gradients, and the change of w where how.change is written. Where errors are
// measured they stand in the place of z then.
static void measure(const Network *net, double *out, real *theta, const Learning how, int64_t m, real *gradient, Pass *p) {
    const real *change = how.change, *squares = how.squares, *sums = p->biases;
    if (squares) p->e = p->z, memset(how.squares, 0, SQUARES * neurons(net) * sizeof(real));
    output_error(net, m, p);
    backward(net, theta, m, p, how);
    for (int64_t l = 1; l <= net->depth; l++, out += STATISTICS) {
        const int64_t n = net->sizes[l], width = padded(n), below = net->sizes[l - 1];
        if (change) out[UPDATE_W] = norm_of(&(Block){change, width, below, n}, 0), change += (below + 1) * width;
        if (!squares) continue;
        out[DELTA] = norm_of(&(Block){p->delta[l], width, m, n}, 0);
        out[ERROR] = norm_of(&(Block){p->z[l], width, m, n}, 0);
        if ((out[SPEED_W] = root_of(squares, width, n)) < 0) {
            const real *a = l > 1 ? p->a[l - 1] : p->x;
            learn_from(a, l > 1 ? padded(below) : p->x_stride, p->delta[l], width, m, gradient, below, NULL, p->sum);
            out[SPEED_W] = scaled_norm_of(&(Block){gradient, width, below, n}, 0);
        }
        if ((out[SPEED_B] = root_of(squares + 2 * width, width, n)) < 0) out[SPEED_B] = scaled_norm_of(&(Block){sums, width, 1, n}, 0);
        squares += SQUARES * width, sums += width;
    }
}

// The errors of a pass that was measured, as the row `at` of the reading.
static void look_back(const Network *net, const Reading *r, int64_t at, const Pass *p) {
    for (int64_t l = 1; l <= net->depth; l++)
        show(net, r, at, OF_E, l, p->z[l], p), show(net, r, at, OF_DELTA, l, p->delta[l], p);
}

// Steps as in `run`, and before one of so many a reading: of its own examples where `seen` is the network itself,
// which the pass of the step serves, else of those of `seen`. Where `planned`, the change of w is measured too. The
// rows of the k-th reading are the trials, from k trials on.
EXPORT void NAMED(watch)(const Network *net, const Network *seen, int64_t trials, real *theta, real *state, int64_t step,
                   int64_t steps, int64_t every, int64_t planned, const int64_t *starts, const int64_t *order, int64_t examples,
                   const Reading *r, real *workspace) {
    const int64_t count = parameters(net);
    real *const squares = workspace + count, *const passes = workspace + measured(net);
    for (int64_t t = 0; t < trials; t++)
        for (int64_t s = 0; s < steps; s++) {
            const int64_t m = starts[s + 1] - starts[s], *chosen = order ? order + t * examples + starts[s] : NULL;
            const int64_t reads = s % every == 0, at = s / every * trials + t;
            real *own = theta + t * count;
            double *out = r->statistics + at * net->depth * STATISTICS;
            Learning how = learning(net, step + s, own, state + t * count, trials * count);
            const int64_t place = reads ? r->kept_at[s / every] : -1;
            Pass p;
            if (place >= 0) memcpy(r->weights + (place * trials + t) * count, own, count * sizeof(real));
            if (reads && seen != net) {
                const Learning none = {.stays = 1, .squares = squares};
                begin(seen, r->m, NULL, passes, &p);
                forward(seen, seen->both, own, r->m, &p);
                look(seen, r, at, own, &p);
                measure(seen, out, own, none, r->m, workspace, &p);
                look_back(seen, r, at, &p);
            }
            begin(net, m, chosen, passes, &p);
            forward(net, net->both, own, m, &p);
            if (reads && seen == net) how.squares = squares, look(net, r, at, own, &p);
            if (reads && planned) how.change = workspace;
            measure(net, out, own, how, m, workspace, &p);
            if (reads && seen == net) look_back(net, r, at, &p);
        }
}

// How many numbers a reading tells of a layer.
EXPORT int64_t NAMED(statistics)(void) { return STATISTICS; }

// One tape alone, for the checks of the elementary functions.
EXPORT void NAMED(tape)(const Tape *tape, const real *z, real *a, real *slope, int64_t count, real *room, Rescue rescue) {
    run_tape(tape, z, a, slope, count, room, rescue);
}

// The names of the operations of a tape, in the order of their numbers.
EXPORT const char *NAMED(operations)(void) {
#define OP(name, value) #name " "
    return OPERATIONS(OP);
#undef OP
}
