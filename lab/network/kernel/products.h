// Products of matrices, tile by tile: the sums of a tile stay in registers.
//
// Each number is summed over its terms in their order, in a lane of its own. So it has the same bits
// whatever the tiles, the lanes and the number of trials.

#pragma once
#include "vector.h"

#if defined(__AVX512F__) || defined(__ARM_NEON)
#define MOST_VECTORS 4
#define MOST_ROWS(vectors) ((vectors) < 2 ? 16 : 24 / (vectors))  // of 32 registers
#else
#define MOST_VECTORS 2
#define MOST_ROWS(vectors) ((vectors) < 2 ? 8 : 6)  // of 16 registers
#endif

enum { DESCENT, MOMENTUM, NESTEROV, ADAM, RMSPROP };

// The step that follows from a gradient: what the optimiser and the decay of weights make of it.
typedef struct {
    int64_t optimiser;
    real eta, decay, first, second, epsilon;  // mu; beta1 and beta2; or rho
    real first_scale, second_scale;           // of Adam at this step: 1/(1 - beta1^t), 1/sqrt(1 - beta2^t)
    real *state[2];                           // beside the first parameter
    const real *theta;                        // the first parameter
    real *change;                             // where the step is written down too, beside the first; or NULL
    real *squares;                            // where squares of the gradient are summed: see `tile`; or NULL
    int64_t stays;                            // whether parameters and state stay as they are
} Learning;

// out[r][c] = start[r start_stride + c] + sum over k of left[r row + k term] right[k stride + c]; or out learns from it
typedef struct {
    const real *left, *right, *start;
    int64_t row, term, stride, start_stride, rows, columns, terms, out_stride;
    real *out;
    const Learning *learning;
} Product;

// The change of parameters w with the gradient g by descent and decay alone.
INLINE vec descent(const Learning *how, vec g, vec w) { return fma_(all(-how->decay), w, -how->eta * g); }

// The same by any optimiser; its state lies `at` from the first parameter's.
INLINE vec step_of(const Learning *how, vec g, vec w, int64_t at) {
    vec step = -how->eta * g;
    real *m = how->state[0] + at, *v = how->state[1] + at;
    if (how->optimiser == MOMENTUM || how->optimiser == NESTEROV) {
        vec speed = fma_(all(how->first), from(m), step);
        to(m, speed);
        step = how->optimiser == MOMENTUM ? speed : fma_(all(how->first), speed, step);
    } else if (how->optimiser == ADAM) {
        vec mean = fma_(all(1 - how->first), g, how->first * from(m));
        vec square = fma_((1 - how->second) * g, g, how->second * from(v));
        to(m, mean), to(v, square);
        step = -how->eta * how->first_scale * (mean / fma_(root(square), all(how->second_scale), all(how->epsilon)));
    } else if (how->optimiser == RMSPROP) {
        vec square = fma_((1 - how->first) * g, g, how->first * from(m));
        to(m, square);
        step = -how->eta * (g / (root(square) + how->epsilon));
    }
    return fma_(all(-how->decay), w, step);
}

// w learns from gradients that stand in its place in `of`
static __attribute__((noinline)) void learn(const Learning *how, const vec *of, real *w, int64_t vectors) {
    for (int64_t c = 0; c < vectors; c++, w += W) {
        const int64_t at = w - how->theta;
        const vec first = from(how->state[0] + at), second = from(how->state[1] + at), step = step_of(how, of[c], from(w), at);
        if (how->change) to(how->change + at, step);
        if (how->stays)
            to(how->state[0] + at, first), to(how->state[1] + at, second);
        else
            to(w, from(w) + step);
    }
}

// A tile begins in an even row. The squares of a gradient are summed by neuron, those of even rows and of odd ones in
// a row of `squares` each, so that they are the same sums whatever the tiles.
INLINE void tile(const Product *p, int64_t row, int64_t column, const int rows, const int vectors) {
    vec sum[16][4];
    UNROLLED for (int r = 0; r < rows; r++)
        UNROLLED for (int c = 0; c < vectors; c++) sum[r][c] = p->start ? from(p->start + (row + r) * p->start_stride + column + c * W) : all(0);
    const real *right = p->right + column;
    const int64_t by = p->row;
    const real *left[4] = {p->left + row * by, p->left + (row + 4) * by, p->left + (row + 8) * by, p->left + (row + 12) * by};
    const Learning *how = p->learning;
    for (int64_t k = 0; k < p->terms; k++, right += p->stride) {
        UNROLLED for (int r = 0; r < rows; r++)
            UNROLLED for (int c = 0; c < vectors; c++)
                sum[r][c] = fma_(all(left[r / 4][r % 4 * by]), from(right + c * W), sum[r][c]);
        UNROLLED for (int q = 0; q < 4; q++) left[q] += p->term;
    }
    if (how && how->squares)
        UNROLLED for (int c = 0; c < vectors; c++) {
            real *even = how->squares + column + c * W, *odd = even + p->out_stride;
            vec squares[2] = {from(even), from(odd)};
            UNROLLED for (int r = 0; r < rows; r++) squares[r % 2] = fma_(sum[r][c], sum[r][c], squares[r % 2]);
            to(even, squares[0]), to(odd, squares[1]);
        }
    if (how && how->stays && !how->change) return;
    const int64_t out_by = p->out_stride;  // which no number that is written can change
    real *out = p->out + row * out_by + column;
    UNROLLED for (int r = 0; r < rows; r++, out += out_by) {
        if (how && (how->optimiser != DESCENT || how->change)) {
            vec of[4];
            UNROLLED for (int c = 0; c < vectors; c++) of[c] = sum[r][c];
            learn(how, of, out, vectors);
            continue;
        }
        UNROLLED for (int c = 0; c < vectors; c++)
            to(out + c * W, how ? from(out + c * W) + descent(how, sum[r][c], from(out + c * W)) : sum[r][c]);
    }
}

static void multiply(const Product *p) {
    static const int64_t heights[] = {16, 12, 10, 8, 6, 4, 2, 1};
    int64_t vectors;
    for (int64_t column = 0, left = p->columns / W; left > 0; column += vectors * W, left -= vectors) {
        const int64_t panels = (left + MOST_VECTORS - 1) / MOST_VECTORS;
        vectors = panels == 1 ? left : (left + panels - 1) / panels;
        for (int64_t row = 0, rows; row < p->rows; row += rows) {
            const int64_t *height = heights;
            while (*height > MOST_ROWS(vectors) || *height > p->rows - row) height++;
            rows = *height;
            switch (rows + 16 * vectors) {
#define TILE(r, v)       \
    case r + 16 * v:     \
        if (v <= MOST_VECTORS && r <= MOST_ROWS(v)) tile(p, row, column, r, v); \
        break;
#define TILES(v) TILE(1, v) TILE(2, v) TILE(4, v) TILE(6, v) TILE(8, v) TILE(10, v) TILE(12, v) TILE(16, v)
                TILES(1) TILES(2) TILES(3) TILES(4)
            }
        }
    }
}

// The lanes of two vectors in turn, of their first halves and of their second ones.
#if LANES == 16
#define FIRST 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23
#define SECOND 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31
#elif LANES == 8
#define FIRST 0, 8, 1, 9, 2, 10, 3, 11
#define SECOND 4, 12, 5, 13, 6, 14, 7, 15
#elif LANES == 4
#define FIRST 0, 4, 1, 5
#define SECOND 2, 6, 3, 7
#else
#define FIRST 0, 2
#define SECOND 1, 3
#endif

// out[c][r] = in[r][c], block by block of W x W; the rows of `out` are filled up with 0
static void transpose(const real *in, int64_t in_stride, int64_t rows, int64_t columns, real *out, int64_t out_stride) {
    for (int64_t r = 0; r < out_stride; r += W)
        for (int64_t c = 0; c < columns; c += W) {
            vec block[LANES], next[LANES];
            for (int i = 0; i < LANES; i++) block[i] = r + i < rows ? from(in + (r + i) * in_stride + c) : all(0);
            for (int turns = 1; turns < LANES; turns *= 2) {
                for (int i = 0; i < LANES / 2; i++) {
                    next[2 * i] = __builtin_shufflevector(block[i], block[i + LANES / 2], FIRST);
                    next[2 * i + 1] = __builtin_shufflevector(block[i], block[i + LANES / 2], SECOND);
                }
                for (int i = 0; i < LANES; i++) block[i] = next[i];
            }
            for (int i = 0; i < LANES; i++) to(out + (c + i) * out_stride + r, block[i]);
        }
}
