// What a reading tells of each layer: the sums that the probes of lab/training/probes.py are made of.
//
// A number is summed over the rows in the lane of its column, the columns in PADDED lanes in turn, and the lanes by
// halves. So a sum has the same bits whatever W is.

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

typedef double doubles __attribute__((vector_size(8 * VECTOR_BYTES / REAL_BYTES), aligned(8), may_alias));

// Which lanes are of columns: of so many, those from c on.
INLINE ivec columns(int64_t n, int64_t c) {
    static const whole lane[] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
    return whole_from(lane) < (whole)(n - c);
}

// Adds the sums of the columns from c on to their lanes; 0 where there is no column.
INLINE void add(double *lanes, int64_t n, int64_t c, vec sum) {
    *(doubles *)(lanes + c % PADDED) += __builtin_convertvector((vec)((ivec)sum & columns(n, c)), doubles);
}

INLINE double total(double *lanes) {
#define ADD_HALF(half) \
    UNROLLED for (int64_t j = 0; j < half && half < PADDED; j++) lanes[j] += lanes[j + half];
    ADD_HALF(8) ADD_HALF(4) ADD_HALF(2) ADD_HALF(1)
    return lanes[0];
}

// Of |x - centre|: NaN where a number is.
static double largest_of(const Block *b, real centre) {
    vec top = all(0);
    for (int64_t c = 0; c < b->n; c += W) {
        vec here = all(0);
        for (int64_t i = 0; i < b->m; i++) here = most(here, size(from(b->at + i * b->stride + c) - centre));
        top = most(top, (vec)((ivec)here & columns(b->n, c)));
    }
    double largest = 0;
    for (int64_t j = 0; j < W; j++)
        if (!(top[j] <= largest) && largest == largest) largest = top[j];
    return largest;
}

// The root of the sum of (x - centre)^2 in units of the largest, which no square over- or underflows.
static double scaled_norm_of(const Block *b, real centre) {
    const double largest = largest_of(b, centre);
    double squares = 0;
    if (!(largest > 0 && largest < (double)INF)) return largest;
    for (int64_t i = 0; i < b->m; i++)
        for (int64_t j = 0; j < b->n; j++) {
            const double x = ((double)b->at[i * b->stride + j] - (double)centre) / largest;
            squares += x * x;
        }
    return largest * __builtin_sqrt(squares);
}

static int is_safe(double squares) { return squares > BY_SIZE(1e-24, 1e-276) && squares < (double)INF; }

// The root of what is summed by neuron in two rows; -1 where squares may have over- or underflowed.
static double root_of(const real *rows, int64_t stride, int64_t n) {
    double lanes[PADDED] = {0};
    for (int64_t c = 0; c < n; c += W) add(lanes, n, c, from(rows + c)), add(lanes, n, c, from(rows + stride + c));
    const double squares = total(lanes);
    return is_safe(squares) ? __builtin_sqrt(squares) : -1;
}

// The root of the sum of (x - centre)^2; every fourth row is summed on its own, so that no sum waits for the last.
static double norm_of(const Block *b, real centre) {
    double lanes[PADDED] = {0};
    for (int64_t c = 0; c < b->n; c += W) {
        vec sum[4] = {all(0), all(0), all(0), all(0)};
        const real *row = b->at + c;
        for (int64_t left = b->m; left > 0; left -= 4, row += 4 * b->stride)
            UNROLLED for (int k = 0; k < 4; k++)
                if (k < left) {
                    const vec x = from(row + k * b->stride) - centre;
                    sum[k] = fma_(x, x, sum[k]);
                }
        add(lanes, b->n, c, (sum[0] + sum[1]) + (sum[2] + sum[3]));
    }
    const double squares = total(lanes);
    return is_safe(squares) ? __builtin_sqrt(squares) : scaled_norm_of(b, centre);
}

static double sum_of(const Block *b) {
    double lanes[PADDED] = {0};
    for (int64_t c = 0; c < b->n; c += W) {
        vec sum = all(0);
        for (int64_t i = 0; i < b->m; i++) sum += from(b->at + i * b->stride + c);
        add(lanes, b->n, c, sum);
    }
    return total(lanes);
}

// How many numbers are no larger than a share of their root mean square.
static double low_of(const Block *b, double share) {
    const vec least_size = all((real)(share * norm_of(b, 0) / __builtin_sqrt((double)(b->m * b->n))));
    ivec low = {0};
    for (int64_t c = 0; c < b->n; c += W) {
        const ivec here = columns(b->n, c);
        for (int64_t i = 0; i < b->m; i++) low -= (size(from(b->at + i * b->stride + c)) <= least_size) & here;
    }
    return sum_across(low);
}

// What of sigma' counts as saturated: |sigma'| below `least`; on the low side where z < `steepest`.
static void count_slopes(const Block *slope, const real *z, double least, double steepest, double *out) {
    const double most_of_them = 0.95 * (double)slope->m;
    const whole enough = (whole)most_of_them + ((double)(whole)most_of_them < most_of_them);
    ivec all_saturated = {0}, all_low = {0}, neurons = {0}, dead = {0};
    for (int64_t c = 0; c < slope->n; c += W) {
        const ivec here = columns(slope->n, c);
        ivec saturated = {0}, low = {0}, alive = {0};
        for (int64_t i = 0; i < slope->m; i++) {
            const vec of = from(slope->at + i * slope->stride + c);
            const ivec small = size(of) < (real)least;
            saturated -= small, low -= small & (from(z + i * slope->stride + c) < (real)steepest), alive |= of != 0;
        }
        all_saturated += saturated & here, all_low += low & here;
        neurons -= (saturated >= enough) & here, dead -= ~alive & here;
    }
    out[SATURATED] += sum_across(all_saturated), out[LOW] += sum_across(all_low);
    out[SATURATED_NEURONS] += sum_across(neurons), out[DEAD] += sum_across(dead);
}

// Whether two neurons have nearly the same z on every example.
static int alike(const Block *z, int64_t one, int64_t other, real most_apart) {
    for (int64_t i = 0; i < z->m; i++) {
        const real apart = z->at[i * z->stride + one] - z->at[i * z->stride + other];
        if (!((apart < 0 ? -apart : apart) <= most_apart)) return 0;
    }
    return 1;
}

// How many pairs of neurons, with a slope somewhere, have nearly the same z; their products with `marks` tell first.
static double twins_of(const Block *z, const real *slope, const real *marks, double near, real *product, real *norm) {
    for (int64_t c = 0; c < z->n; c += W) {
        vec sum = all(0), squares = all(0);
        ivec alive = {0};
        for (int64_t i = 0; i < z->m; i++) {
            const vec of = from(z->at + i * z->stride + c);
            sum = fma_(of, all(marks[i]), sum), squares = fma_(of, of, squares);
            alive |= from(slope + i * z->stride + c) != 0;
        }
        to(product + c, choose(alive, sum, all(INF))), to(norm + c, root(squares));
    }
    double pairs = 0;
    ivec close = {0};
    for (int64_t j = 1; j < z->n; j++)
        for (int64_t c = 0; c < j; c += W) {
            const vec apart = size(product[j] - from(product + c)), most_apart = (real)near * most(all(norm[j]), from(norm + c));
            close |= (apart <= most_apart) & columns(j, c);
        }
    for (int64_t j = 1; j < z->n && any(close); j++)
        for (int64_t k = 0; k < j; k++) {
            const real most_apart = (real)near * (norm[k] > norm[j] ? norm[k] : norm[j]), apart = product[j] - product[k];
            if (product[j] < INF && (apart < 0 ? -apart : apart) <= most_apart) pairs += alike(z, j, k, most_apart);
        }
    return pairs;
}
