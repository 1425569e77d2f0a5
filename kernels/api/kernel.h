/* kernel.h: all that a kernel needs to know in order to be measured, and nothing else. The plug-in ABI.
 * SPDX-License-Identifier: Apache-2.0
 *
 * A kernel describes, the harness does. A descriptor (struct as_kernel) says which operands the kernel takes and how
 * to fill them, what it refuses and why, how many bytes of workspace it needs, what work it does, and how far from the
 * float64 oracle it promises to stay. It allocates nothing, prints nothing, keeps no globals, and cannot fail once it
 * has not refused.
 *
 * Shapes: T queries, S keys, H query heads, Hkv key heads (Hkv divides H; query head h reads key head h / (H/Hkv)),
 * d = D/H, B batch. Arrays are dense, row-major, 64-byte aligned: q and o are (B,H,T,d), k and v are (B,Hkv,S,d).
 * Query t (0..T-1) stands at position S-T+t among the keys, so decode is T = 1 with a cache of S.
 */
#ifndef AS_KERNEL_H
#define AS_KERNEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define AS_KERNEL_ABI 2u /* 2: parameters of kernels, keys chosen by content */

#ifdef __cplusplus
extern "C" {
#endif

typedef enum { AS_F32, AS_BF16 } as_dtype;

/* The instruction set that a kernel was built for. Order within an architecture is from plain to fast. */
typedef enum { AS_SCALAR, AS_AVX2, AS_AVX512, AS_AMX, AS_NEON, AS_ISA_COUNT } as_isa;

#define AS_ISA_BIT(isa) (1u << (isa))
#define AS_ISA_ALL ((1u << AS_ISA_COUNT) - 1u)

struct as_pattern; /* which keys a query may see: pattern/pattern.h */

/* A parameter of a kernel, written behind its name as a pattern's are: kernelised/performer:m=256,seed=1. Whole
 * numbers; the harness reads them, holds them to their range and fills problem.param. What a value must be beside a
 * shape (m no more than T) is for `refuse` to say. */
typedef struct {
    const char *key;                 /* letters, digits, - and _ */
    uint64_t least, most, otherwise; /* range, and the value when left out; most is at most 2^53 */
    const char *help;
} as_kernel_param;

#define AS_KERNEL_PARAMS_MAX 8

/* One shape to be worked on. Filled by the harness, read by kernels. */
typedef struct as_problem {
    size_t batch, heads, kv_heads; /* B, H, Hkv */
    size_t length, context;        /* T, S */
    size_t head_dim;               /* d */
    as_dtype dtype;                /* of the operands; sums are float32 or wider */
    int threads;                   /* what the kernel may use, itself included */
    float scale;                   /* multiplies q.k; 1/sqrt(d) unless the user says otherwise */
    const struct as_pattern *pattern;
    uint64_t edges;        /* visible (query, key) pairs summed over the H heads of one batch entry; 0 when
                              `refuse` is asked before they were counted */
    size_t cache_bytes[3]; /* L1d, L2, L3 as the machine reports them; 0 where unknown */
    uint64_t param[AS_KERNEL_PARAMS_MAX]; /* in the order of the kernel's params */
} as_problem;

static inline size_t as_problem_width(const as_problem *p) { return p->heads * p->head_dim; }

/* AS_KEPT: written by the phases marked `once`, only read by the others: packed weights, tables. */
typedef enum { AS_IN, AS_OUT, AS_KEPT } as_role;

/* What an input is filled with before the kernel sees it; every fill is the same on every machine for a seed. */
typedef enum {
    AS_FILL_NORMAL,
    AS_FILL_UNIFORM,
    AS_FILL_ZERO,
    AS_FILL_WEIGHT,     /* normal over the square root of the inputs: weights (inputs..., outputs) */
    AS_FILL_WEIGHT_ROWS /* the same of weights (outputs..., inputs) */
} as_fill;

#define AS_OPERANDS_MAX 8
#define AS_RANK_MAX 5

typedef struct {
    const char *name;
    as_role role;
    as_fill fill;
    as_dtype dtype;
    int rank;
    size_t shape[AS_RANK_MAX];
} as_operand;

/* The work of one call. 1 multiply-add = 2 FLOP; exp counted apart. */
typedef struct {
    uint64_t flops_useful;   /* what the mathematics asks for: 4 d E H B for softmax attention */
    uint64_t flops_executed; /* what this kernel does, padding and masked work included */
    uint64_t flops_dense;    /* dense causal attention of the same shape */
    uint64_t exps;
    uint64_t bytes_min; /* each operand moved once, as far as the case needs it: of a decoding step the visible keys */
} as_work;

/* A kernel's call: operand[i] is the array of the i-th row of the operand table. */
typedef struct {
    const as_problem *problem;
    void *const *operand;
    void *workspace; /* 64-byte aligned, of the size asked for; its content is undefined before every call, and
                        again between the phases marked `once` and the others */
} as_call;

/* A call runs the phases in order. A phase marked `once` is what a user pays once for many calls (packing of weights,
 * index building); those come first and are timed apart. Where a kernel has more than one phase, each is timed on its
 * own, too, after the samples of the whole (phases.csv). Any phase may be run again on what it left behind. */
typedef struct {
    const char *name;
    bool once;
    void (*run)(const as_call *call);
} as_phase;

typedef struct as_kernel {
    uint32_t abi;      /* AS_KERNEL_ABI */
    uint32_t isas;     /* AS_ISA_BIT of each isa that this very build is for */
    const char *name;  /* mechanism/algorithm */
    const char *help;  /* one line */
    const char *order; /* cost in T that it declares: "edges", "flops" (useful), "T", "T log T", "T^2"; held against
                          measured slopes */
    /* true when it cannot run `p`; then `why` holds the reason in plain words */
    bool (*refuse)(const as_problem *p, char *why, size_t cap);
    size_t (*operands)(const as_problem *p, as_operand out[AS_OPERANDS_MAX]);
    size_t (*workspace)(const as_problem *p); /* bytes, SIZE_MAX on overflow */
    as_work (*work)(const as_problem *p);
    double (*tolerance)(const as_problem *p); /* largest absolute error against the oracle */
    const as_phase *phases;                   /* ends with a row whose run is NULL */
    const as_kernel_param *params;            /* ends with a row whose key is NULL; NULL: none */
    /* Where keys are chosen by content: how many pairs the last call chose, over all heads and batch entries. NULL: the
     * pattern tells. */
    uint64_t (*chosen)(const as_call *call);
} as_kernel;

/* A plug-in (a shared object given to --plugin) exports this one function. It returns a list that ends with NULL, or
 * NULL when it cannot serve `abi`. README.md has a whole kernel. */
const as_kernel *const *attnscope_plugin(uint32_t abi);

#ifdef __cplusplus
}
#endif
#endif
