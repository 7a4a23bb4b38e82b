// The tape machine: computes sigma and sigma' of a block of z, operation after operation, in the cache.

#pragma once
#include "elementary.h"

// Each operation by its name in a formula's program, and what it makes of its arguments x, y and v.
#define OPERATIONS(OP) \
    OP(add, x + y) OP(sub, x - y) OP(mul, x * y) OP(div, x / y) OP(neg, -x) OP(square, x * x) OP(copy, x) \
    OP(abs, size(x)) OP(sign, choose((x == 0) | (x != x), x, with_sign(all(1), x))) \
    OP(min, least(x, y)) OP(max, most(x, y)) OP(sqrt, root(x)) OP(nearer, least(x, all(64))) \
    OP(sixteenths, with_sign(floor_(size(x) * 16) / 16, x)) \
    OP(exp, exp_(x)) OP(expm1, expm1_(x)) OP(log, log_(x)) OP(log1p, log1p_(x)) \
    OP(sinh, sinh_(x)) OP(cosh, cosh_(x)) OP(tanh, tanh_(x)) OP(asinh, asinh_(x)) OP(arctan, arctan_(x)) \
    OP(sin, sin_(within(x, &far))) OP(cos, cos_(within(x, &far))) \
    OP(sinc, sinc_(within(x, &far))) OP(sinc_slope, sinc_slope_(within(x, &far))) \
    OP(erf, erf_(x)) OP(erfcx, erfcx_(x)) \
    OP(less, (vec)(x < y)) OP(less_equal, (vec)(x <= y)) OP(greater, (vec)(x > y)) \
    OP(greater_equal, (vec)(x >= y)) OP(isnan, (vec)(x != x)) \
    OP(where, choose((ivec)x, y, v)) OP(holds, (vec)((ivec)x & (ivec)all(1)))

enum {
#define OP(name, value) op_##name,
    OPERATIONS(OP)
#undef OP
};

#define BLOCK ((int64_t)(1024 / sizeof(real)))  // numbers of a register: all of them stay in the cache

typedef struct {
    int32_t operation, x, y, v, out;
} Operation;

// Register 0 holds z, those after it the outputs, then come some for numbers on the way, and the constants.
typedef struct {
    int64_t operations, outputs, registers, constants, weak;
    const Operation *operation;
    const double *constant;
    const double *ends;  // of the intervals of z where floats run over: two for each of the `weak`
    int64_t layer;
} Tape;

// What computes a block that floats cannot: given the layer, z, where to put sigma and sigma', how many.
typedef void (*Rescue)(int64_t layer, const void *z, void *a, void *slope, int64_t count);

// For numbers that are not too large: towards 0 for x >= 0.
INLINE vec floor_(vec x) { return choose(x < BY_SIZE(0x1p23f, 0x1p52), __builtin_convertvector(__builtin_convertvector(x, ivec), vec), x); }

// Notes an angle that is too large to be reduced here.
INLINE vec within(vec x, ivec *far) {
    *far |= (size(x) > (real)LARGEST_ANGLE) & (size(x) < INF);
    return x;
}

INLINE ivec weak(const Tape *tape, const real *z, int64_t n) {
    ivec found = {0};
    for (int64_t k = 0; k < tape->weak; k++)
        for (int64_t i = 0; i < n; i += W)
            found |= (from(z + i) >= (real)tape->ends[2 * k]) & (from(z + i) <= (real)tape->ends[2 * k + 1]);
    return found;
}

// How many numbers of room a tape takes: a block for each register after the outputs, a vector a constant.
INLINE int64_t room_of(const Tape *tape) { return (tape->registers - tape->constants) * BLOCK + tape->constants * W; }

// a = sigma(z), and sigma'(z) where the tape has two outputs; `count` is a multiple of W.
static void run_tape(const Tape *tape, const real *z, real *a, real *slope, int64_t count, real *room, Rescue rescue) {
    const int64_t constants = tape->registers - tape->constants;  // the first of them
    real *at[64];
    int64_t stride[64];  // 0 of a constant
    for (int64_t k = 1; k < tape->registers; k++, room += k > constants ? W : BLOCK) {
        at[k] = room, stride[k] = k < constants;
        if (k >= constants) to(room, all((real)tape->constant[k - constants]));
    }
    stride[0] = 1;
    for (int64_t start = 0; start < count; start += BLOCK) {
        const int64_t n = count - start < BLOCK ? count - start : BLOCK;
        ivec far = {0};
        at[0] = (real *)z + start, at[1] = a + start;
        if (tape->outputs > 1) at[2] = slope + start;
        for (int64_t k = 0; k < tape->operations; k++) {
            const Operation o = tape->operation[k];
            const real *of_x = at[o.x], *of_y = at[o.y], *of_v = at[o.v];
            const int64_t by_x = stride[o.x], by_y = stride[o.y], by_v = stride[o.v];
            real *out = at[o.out];
            switch (o.operation) {
#define OP(name, value)                                                                            \
    case op_##name:                                                                                \
        for (int64_t i = 0; i < n; i += W) {                                                       \
            vec x = from(of_x + i * by_x), y = from(of_y + i * by_y), v = from(of_v + i * by_v);   \
            (void)x, (void)y, (void)v;                                                             \
            to(out + i, value);                                                                    \
        }                                                                                          \
        break;
                OPERATIONS(OP)
#undef OP
            }
        }
        if (any(far) || (tape->weak && any(weak(tape, z + start, n))))
            rescue(tape->layer, z + start, a + start, slope ? slope + start : NULL, n);
    }
}
