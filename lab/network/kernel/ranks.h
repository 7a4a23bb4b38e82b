// The numbers that stand at some ranks of a block when it is sorted, and the next ones, found without sorting it: numbers
// have bits in their order, and the bits that part the lower numbers from the higher ones are found by halves.

#pragma once
#include "reading.h"

enum { RANKS = 3 };

// Bits in the order of the numbers, where -0 is 0; and back.
#define MOST_WHOLE BY_SIZE(INT32_MAX, INT64_MAX)
INLINE ivec turned(ivec b) { return b ^ ((b >> (8 * REAL_BYTES - 1)) & MOST_WHOLE); }
INLINE ivec ordered(vec x) { return turned((ivec)(x + 0)); }
INLINE real number(whole b) { return ((vec)turned(whole_all(b)))[0]; }

// The numbers at these ranks of n bits, and the next ones, or the same again where there is none.
static void find(const whole *x, int64_t n, whole least, whole largest, const int64_t *rank, real *out) {
    whole low[RANKS], high[RANKS];  // no more than rank + 1 bits are up to `low`, and the next number's up to `high`
    int64_t up_to_low[RANKS] = {0};
    ivec below[RANKS], above[RANKS];
    UNROLLED for (int k = 0; k < RANKS; k++) {
        low[k] = least - (least > -MOST_WHOLE), high[k] = largest;
        below[k] = whole_all(least), above[k] = whole_all(~largest);
    }
    for (int open = 1; open;) {
        ivec middle[RANKS], count[RANKS];
        UNROLLED for (int k = 0; k < RANKS; k++)
            middle[k] = whole_all(low[k] + (whole)(((uint64_t)high[k] - (uint64_t)low[k]) / 2)), count[k] = whole_all(0);
        for (int64_t i = 0; i < n; i += W) {
            const ivec here = whole_from(x + i);
            UNROLLED for (int k = 0; k < RANKS; k++) count[k] -= here <= middle[k];
        }
        open = 0;
        UNROLLED for (int k = 0; k < RANKS; k++) {
            const int64_t up_to_middle = sum_across(count[k]);
            const int is_low = up_to_middle <= rank[k] + 1;
            low[k] = is_low ? middle[k][0] : low[k], high[k] = is_low ? high[k] : middle[k][0];
            up_to_low[k] = is_low ? up_to_middle : up_to_low[k];
            open |= up_to_low[k] <= rank[k] && (uint64_t)high[k] - (uint64_t)low[k] > 1;
        }
    }
    for (int64_t i = 0; i < n; i += W) {
        const ivec here = whole_from(x + i);
        UNROLLED for (int k = 0; k < RANKS; k++) {
            const ivec is_low = here <= low[k];
            below[k] = larger(below[k], (ivec)choose(is_low, (vec)here, (vec)below[k]));
            above[k] = larger(above[k], (ivec)choose(is_low, (vec)above[k], (vec)~here));
        }
    }
    for (int k = 0; k < RANKS; k++, out += 2) {
        const int part = up_to_low[k] > rank[k];
        out[0] = number(part ? largest_across(below[k]) : high[k]), out[1] = number(part ? ~largest_across(above[k]) : high[k]);
    }
}

// Those among every `step`-th row.
static void ranks_of(const Block *b, int64_t step, const int64_t *rank, real *out, real *room) {
    whole *x = (whole *)room;
    ivec largest = ordered(all(b->at[0])), least = ~largest;
    int64_t n = 0;
    for (int64_t i = 0; i < b->m; i += step, n += b->n)
        for (int64_t c = 0; c < b->n; c += W) {
            const ivec here = ordered(from(b->at + i * b->stride + c)), in = columns(b->n, c);
            *(anywhere_whole *)(x + n + c) = here;  // what is too much is written over, in the end by what is more than any bits
            largest = larger(largest, (ivec)choose(in, (vec)here, (vec)largest));
            least = larger(least, (ivec)choose(in, (vec)~here, (vec)least));
        }
    *(anywhere_whole *)(x + n) = whole_all(MOST_WHOLE);
    find(x, n, ~largest_across(least), largest_across(largest), rank, out);
}
