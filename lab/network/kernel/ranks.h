// The numbers that stand at some ranks of a block when it is sorted, found without sorting it.
//
// The bits of numbers are counted by their highest digits, as in a radix sort, and only numbers whose digits are
// those of a number that is sought are looked at again.

#pragma once
#include "reading.h"

enum { RANKS = 6, FEW = 24, MOST_DIGITS = 11 };

typedef BY_SIZE(uint32_t, uint64_t) __attribute__((may_alias)) bits;
#define HIGHEST ((bits)1 << (8 * sizeof(real) - 1))

// Bits in the order of the numbers, where -0 is 0; and back.
INLINE bits ordered(real x) {
    bits b;
    x += 0, memcpy(&b, &x, sizeof b);
    return b & HIGHEST ? ~b : b | HIGHEST;
}
INLINE real number(bits b) {
    real x;
    b = b & HIGHEST ? b ^ HIGHEST : ~b, memcpy(&x, &b, sizeof x);
    return x;
}

static void sort(bits *x, int64_t n) {
    for (int64_t i = 1; i < n; i++) {
        const bits moved = x[i];
        int64_t k = i;
        for (; k > 0 && x[k - 1] > moved; k--) x[k] = x[k - 1];
        x[k] = moved;
    }
}

// Puts the bits whose digit is marked in front; returns how many they are.
static int64_t in_front(bits *x, int64_t n, bits least, int shift, const uint8_t *marked) {
    int64_t front = 0;
    for (int64_t i = 0; i < n; i++) {
        const bits here = x[i];
        x[i] = x[front], x[front] = here;
        front += marked[(here - least) >> shift];
    }
    return front;
}

// The numbers at ranks that rise, of n bits, which are put in another order.
static void find(bits *x, int64_t n, const int64_t *rank, int64_t ranks, real *out) {
    if (n <= FEW) {
        sort(x, n);
        for (int64_t k = 0; k < ranks; k++) out[k] = number(x[rank[k]]);
        return;
    }
    bits least = x[0], largest = x[0];
    for (int64_t i = 1; i < n; i++) least = x[i] < least ? x[i] : least, largest = x[i] > largest ? x[i] : largest;
    int digits = 4, shift = 0;
    while (digits < MOST_DIGITS && n >> digits > 3) digits++;
    while ((largest - least) >> shift >> digits) shift++;
    uint32_t below[(1 << MOST_DIGITS) + 1];  // how many have a lower digit
    uint8_t marked[1 << MOST_DIGITS];
    memset(below, 0, sizeof(*below) * ((1 << digits) + 1)), memset(marked, 0, 1 << digits);
    for (int64_t i = 0; i < n; i++) below[((x[i] - least) >> shift) + 1]++;
    for (int64_t d = 0; d < 1 << digits; d++) below[d + 1] += below[d];
    int64_t digit[RANKS] = {0}, within[RANKS], several;
    for (int64_t k = 0; k < ranks; k++) {
        if (k) digit[k] = digit[k - 1];
        while (below[digit[k] + 1] <= rank[k]) digit[k]++;
        within[k] = rank[k] - below[digit[k]], marked[digit[k]] = 1;
        if (shift == 0) out[k] = number(least + (bits)digit[k]);
    }
    if (shift == 0) return;
    n = in_front(x, n, least, shift, marked);
    for (int64_t k = 0; k < ranks; k++) marked[digit[k]] = 0;
    for (int64_t k = 0; k < ranks; k += several) {
        for (several = 1; k + several < ranks && digit[k + several] == digit[k];) several++;
        marked[digit[k]] = 1;
        const int64_t alike = in_front(x, n, least, shift, marked);
        marked[digit[k]] = 0;
        find(x, alike, within + k, several, out + k);
        x += alike, n -= alike;
    }
}

// The numbers at these ranks among every `step`-th row.
static void ranks_of(const Block b, int64_t step, const int64_t *rank, real *out, real *room) {
    bits *x = (bits *)room;
    int64_t n = 0;
    for (int64_t i = 0; i < b.m; i += step, n += b.n)
        for (int64_t j = 0; j < b.n; j++) x[n + j] = ordered(b.at[i * b.stride + j]);
    find(x, n, rank, RANKS, out);
}
