// What a reading tells of each layer: the sums that the probes of lab/training/probes.py are made of.
//
// Each neuron is summed over the examples in a lane of its own, and the neurons after that in their order.

#pragma once
#include "vector.h"

// The numbers of a layer, in this order; norms are those of a trial's block, sums are over neurons and examples.
enum {
    SPEED_B, SPEED_W, UPDATE_W, WEIGHTS, BIASES,        // norms of dC/db, dC/dw, the change of w, w, b
    DELTA, ERROR, A_SPREAD,                             // norms of delta, of e, of a less its mean
    SLOPES, SATURATED, LOW, SATURATED_NEURONS, DEAD,    // the sum of sigma', and what is counted of it
    A, LOW_INPUT, LARGEST_Z,                            // the sum of a, and of a^{l-1} what is small; max |z|
    TWINS,                                              // pairs of neurons whose z may be the same
    STATISTICS
};

// m rows of n numbers
typedef struct {
    const real *at;
    int64_t stride, m, n;
} Block;

// Of |x - centre|: NaN where a number is.
static double largest_of(const Block b, real centre) {
    double largest = 0;
    for (int64_t c = 0; c < b.n; c += W) {
        vec top = all(0);
        for (int64_t i = 0; i < b.m; i++) top = most(top, size(from(b.at + i * b.stride + c) - centre));
        for (int64_t j = 0; j < W && c + j < b.n; j++)
            if (!(top[j] <= largest) && largest == largest) largest = top[j];
    }
    return largest;
}

// The root of the sum of (x - centre)^2 in units of the largest, which no square over- or underflows.
static double scaled_norm_of(const Block b, real centre) {
    const double largest = largest_of(b, centre);
    double squares = 0;
    if (!(largest > 0 && largest < (double)INF)) return largest;
    for (int64_t i = 0; i < b.m; i++)
        for (int64_t j = 0; j < b.n; j++) {
            const double x = ((double)b.at[i * b.stride + j] - (double)centre) / largest;
            squares += x * x;
        }
    return largest * __builtin_sqrt(squares);
}

static int is_safe(double squares) { return squares > BY_SIZE(1e-24, 1e-276) && squares < (double)INF; }

// The root of what is summed by neuron in two rows; -1 where squares may have over- or underflowed.
static double root_of(const real *rows, int64_t stride, int64_t n) {
    double squares = 0;
    for (int64_t j = 0; j < n; j++) squares += (double)rows[j] + (double)rows[stride + j];
    return is_safe(squares) ? __builtin_sqrt(squares) : -1;
}

// The root of the sum of (x - centre)^2; every fourth row is summed on its own, so that no sum waits for the last.
static double norm_of(const Block b, real centre) {
    double squares = 0;
    for (int64_t c = 0; c < b.n; c += W) {
        vec sum[4] = {all(0), all(0), all(0), all(0)};
        const real *row = b.at + c;
        for (int64_t left = b.m; left > 0; left -= 4, row += 4 * b.stride)
            UNROLLED for (int k = 0; k < 4; k++)
                if (k < left) {
                    const vec x = from(row + k * b.stride) - centre;
                    sum[k] = fma_(x, x, sum[k]);
                }
        const vec all_rows = (sum[0] + sum[1]) + (sum[2] + sum[3]);
        for (int64_t j = 0; j < W && c + j < b.n; j++) squares += (double)all_rows[j];
    }
    return is_safe(squares) ? __builtin_sqrt(squares) : scaled_norm_of(b, centre);
}

static double sum_of(const Block b) {
    double total = 0;
    for (int64_t c = 0; c < b.n; c += W) {
        vec sum = all(0);
        for (int64_t i = 0; i < b.m; i++) sum += from(b.at + i * b.stride + c);
        for (int64_t j = 0; j < W && c + j < b.n; j++) total += sum[j];
    }
    return total;
}

// How many numbers are no larger than a share of their root mean square.
static double low_of(const Block b, double share) {
    const vec least_size = all((real)(share * norm_of(b, 0) / __builtin_sqrt((double)(b.m * b.n))));
    double count = 0;
    for (int64_t c = 0; c < b.n; c += W) {
        ivec low = {0};
        for (int64_t i = 0; i < b.m; i++) low -= size(from(b.at + i * b.stride + c)) <= least_size;
        for (int64_t j = 0; j < W && c + j < b.n; j++) count += (double)low[j];
    }
    return count;
}

// What of sigma' counts as saturated: |sigma'| below `least`; on the low side where z < `steepest`.
static void count_slopes(const Block slope, const real *z, double least, double steepest, double *out) {
    for (int64_t c = 0; c < slope.n; c += W) {
        ivec saturated = {0}, low = {0}, alive = {0};
        for (int64_t i = 0; i < slope.m; i++) {
            const vec of = from(slope.at + i * slope.stride + c);
            const ivec small = size(of) < (real)least;
            saturated -= small, low -= small & (from(z + i * slope.stride + c) < (real)steepest), alive |= of != 0;
        }
        for (int64_t j = 0; j < W && c + j < slope.n; j++) {
            out[SATURATED] += (double)saturated[j], out[LOW] += (double)low[j];
            out[SATURATED_NEURONS] += (double)saturated[j] >= 0.95 * (double)slope.m, out[DEAD] += !alive[j];
        }
    }
}

// Whether two neurons have nearly the same z on every example.
static int alike(const Block z, int64_t one, int64_t other, real most_apart) {
    for (int64_t i = 0; i < z.m; i++) {
        const real apart = z.at[i * z.stride + one] - z.at[i * z.stride + other];
        if (!((apart < 0 ? -apart : apart) <= most_apart)) return 0;
    }
    return 1;
}

// How many pairs of neurons, with a slope somewhere, have nearly the same z; their products with `marks` tell first.
static double twins_of(const Block z, const real *slope, const real *marks, double near, real *product, real *norm) {
    double pairs = 0;
    for (int64_t c = 0; c < z.n; c += W) {
        vec sum = all(0), squares = all(0);
        ivec alive = {0};
        for (int64_t i = 0; i < z.m; i++) {
            const vec of = from(z.at + i * z.stride + c);
            sum = fma_(of, all(marks[i]), sum), squares = fma_(of, of, squares);
            alive |= from(slope + i * z.stride + c) != 0;
        }
        squares = root(squares);
        for (int64_t j = 0; j < W && c + j < z.n; j++) {
            product[c + j] = alive[j] ? sum[j] : INF, norm[c + j] = squares[j];
            for (int64_t k = 0; k < c + j; k++) {
                const real apart = sum[j] - product[k];
                const real most_apart = (real)near * (norm[k] > squares[j] ? norm[k] : squares[j]);
                if (alive[j] && (apart < 0 ? -apart : apart) <= most_apart) pairs += alike(z, c + j, k, most_apart);
            }
        }
    }
    return pairs;
}
