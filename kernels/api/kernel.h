/* kernel.h: the plug-in ABI. Everything that a kernel needs in order to be measured, and nothing else.
 * SPDX-License-Identifier: Apache-2.0
 *
 * A kernel describes itself and the harness does the rest. The descriptor, as_kernel, lists the arrays that the kernel
 * works on and how to fill them, refuses the problems that it cannot solve, says how much workspace and work a problem
 * takes, and promises how close its answer comes to a float64 oracle. The kernel allocates nothing, prints nothing,
 * keeps no globals, and cannot fail once it has not refused.
 *
 * SHAPES. B batch entries, T queries, S keys, H query heads, Hkv key heads, head width d, model width D. Hkv divides H;
 * query head h reads key head h / (H / Hkv). Arrays are dense, row-major and 64-byte aligned: q and o are (B,H,T,d), k
 * and v are (B,Hkv,S,d). Query t (0..T-1) stands at position S-T+t among the keys: decode is T = 1 with a cache of S.
 *
 * OWNERSHIP. The harness owns every array, the workspace, the problem and the call; a kernel borrows them for the time
 * of a call. The plug-in owns its descriptors, which stay valid and constant as long as it is loaded.
 *
 * NEUTRAL VALUES. 0 (NULL, false) in any field means what it meant before that field existed. Below "Asked for only of
 * kernels that take it" a field names a bit of as_takes: the harness sets the field to another value only for a kernel
 * whose `takes` has that bit, and refuses the case for every other kernel. So a kernel need not look at fields that it
 * does not know. In what a kernel hands back, `reserved` must be 0; a compound literal or {0} does that.
 *
 * GROWTH. Structs that begin with struct_size grow at their end without a new ABI number, and struct_size says how far
 * the side that filled it in knows them. Structs that lie in arrays have reserved fields instead. docs/abi-3.md has the
 * way from ABI 2; README.md has a whole kernel. */
#ifndef AS_KERNEL_H
#define AS_KERNEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define AS_KERNEL_ABI 3u

#ifdef __cplusplus
extern "C" {
#endif

/* Element types. AS_Q8_0: 32 numbers in 34 bytes, a float16 scale and 32 int8. AS_INT8: a float32 scale for each row of
 * a head, in an array of its own. AS_F8: e4m3fn. Operands of today's kernels are AS_F32 or AS_BF16. */
typedef enum { AS_F32, AS_BF16, AS_F16, AS_Q8_0, AS_INT8, AS_F8, AS_INT32, AS_DTYPE_COUNT } as_dtype;

/* The instruction set that a kernel was built for. Order within an architecture is from plain to fast. */
typedef enum { AS_SCALAR, AS_AVX2, AS_AVX512, AS_AMX, AS_NEON, AS_ISA_COUNT } as_isa;

#define AS_ISA_BIT(isa) (1u << (isa))
#define AS_ISA_ALL ((1u << AS_ISA_COUNT) - 1u)

/* --- the problem ------------------------------------------------------------------------------------------------- */

struct as_pattern; /* which keys a query may see: pattern.h, installed beside this header */

/* A parameter of a kernel, written behind its name as kernelised/performer:m=256,seed=1. The harness reads it, checks
 * its range and stores it in problem.param. A limit that depends on the shape (m at most T) is checked by `refuse`. */
typedef struct {
    const char *key;             /* at most 15 letters, digits, - and _ */
    uint64_t min, max, fallback; /* inclusive range; the value when left out. max <= 2^53 */
    const char *help;
} as_kernel_param;

#define AS_KERNEL_PARAMS_MAX 8

typedef enum { AS_FORWARD, AS_BACKWARD, AS_FORWARD_BACKWARD } as_pass;
typedef enum { AS_BHTD, AS_BTHD } as_layout; /* how (B,H,T,d) lies in memory: heads outside tokens, or inside */

/* What a kernel may take beyond the shapes above: bits of as_kernel.takes, each beside the field that asks for it. */
typedef enum {
    AS_TAKES_REQUESTS = 1 << 0,
    AS_TAKES_SOFTCAP = 1 << 1,
    AS_TAKES_ALIBI = 1 << 2,
    AS_TAKES_BIAS = 1 << 3,
    AS_TAKES_SINKS = 1 << 4,
    AS_TAKES_WIDTH = 1 << 5,
    AS_TAKES_VALUE_DIM = 1 << 6,
    AS_TAKES_VALUES_IN_KEYS = 1 << 7,
    AS_TAKES_CROSS = 1 << 8,
    AS_TAKES_PAGES = 1 << 9,
    AS_TAKES_LAYOUT = 1 << 10,
    AS_TAKES_LSE = 1 << 11,
    AS_TAKES_BACKWARD = 1 << 12,
    AS_TAKES_SEGMENTS = 1 << 13,
    AS_TAKES_RANKS = 1 << 14
} as_takes;
#define AS_TAKES_DTYPE(type) ((uint64_t)1 << (32 + (type))) /* float32 and bfloat16 need no bit: `refuse` decides */
#define AS_TAKES_KV(type) ((uint64_t)1 << (48 + (type)))

/* One shape to work on. Filled in by the harness, read by kernels. */
typedef struct as_problem {
    uint32_t struct_size;          /* of the harness's as_problem: ask before you read a field that came after yours */
    int threads;                   /* how many the kernel may use, itself included */
    size_t batch, heads, kv_heads; /* B, H, Hkv */
    size_t length, context;        /* T, S */
    size_t head_dim;               /* d */
    as_dtype dtype;                /* of the operands (AS_TAKES_DTYPE); sums are float32 or wider */
    float scale;                   /* multiplies q.k; 1/sqrt(d) unless the user chose another */
    const struct as_pattern *pattern;
    uint64_t edges;        /* visible (query, key) pairs summed over the H heads of one batch entry; 0 when
                              `refuse` is asked before they were counted */
    size_t cache_bytes[3]; /* L1d, L2, L3 as the machine reports them; 0 where unknown */
    uint64_t param[AS_KERNEL_PARAMS_MAX]; /* in the order of the kernel's params */

    /* Asked for only of kernels that take it. */
    uint32_t kv_type;    /* AS_TAKES_KV: 0 keys and values have `dtype`, else 1 + their as_dtype: as_problem_kv_dtype */
    size_t width;        /* AS_TAKES_WIDTH: D where it is not H d, else 0: as_problem_width */
    size_t value_dim;    /* AS_TAKES_VALUE_DIM: dv, width of a row of v and o, where it is not d, else 0 */
    bool values_in_keys; /* AS_TAKES_VALUES_IN_KEYS: a value is the first dv numbers of its key; v views k */
    bool cross;          /* AS_TAKES_CROSS: keys of another sequence, any S; queries have no position among them */
    /* AS_TAKES_REQUESTS: ragged requests, one after the other. T and S are sums over them, B counts them; q and o are
     * (H,T,d), k and v (Hkv,S,d). Request r has queries query_from[r]..query_from[r+1]-1 and keys likewise. A pattern
     * holds within a request, whose queries are its last tokens. requests = 0: none of this. */
    size_t requests;
    const size_t *query_from, *key_from; /* requests + 1 numbers each */
    /* AS_TAKES_SOFTCAP, ALIBI, BIAS, SINKS: what happens to a score scale q.k before the softmax, in this order. Bias
     * and sinks are operands of the kernel with part AS_PART_BIAS and AS_PART_SINKS. */
    float softcap; /* c of c tanh(s / c); 0: none */
    bool alibi;    /* subtracts slope |distance|, with a slope for each head as in Press, Smith and Lewis (2022) */
    bool sinks;    /* a logit (H) that takes part in the softmax and has no value */
    int bias_rank; /* additive float32 (T,S), (H,T,S) or (B,H,T,S) by its rank; 0: none */
    size_t page; /* AS_TAKES_PAGES: tokens in a page; k and v are (pages,Hkv,page,d), found by AS_PART_BLOCKS; 0: no */
    as_layout layout; /* AS_TAKES_LAYOUT, unless AS_BHTD; the strides are in call.table */
    bool log_sum_exp; /* AS_TAKES_LSE: an output AS_PART_LSE, float32 (B,H,T), natural logarithm, -inf for no keys */
    as_pass pass;     /* AS_TAKES_BACKWARD, unless AS_FORWARD */
    bool segments;    /* AS_TAKES_SEGMENTS: operands come in pieces: call.segment */
    int ranks;        /* AS_TAKES_RANKS: processes that share the problem, when more than 1: call.communicator */
} as_problem;

static inline size_t as_problem_width(const as_problem *p) { return p->width ? p->width : p->heads * p->head_dim; }
static inline size_t as_problem_value_dim(const as_problem *p) { return p->value_dim ? p->value_dim : p->head_dim; }
static inline as_dtype as_problem_kv_dtype(const as_problem *p)
{
    return p->kv_type ? (as_dtype)(p->kv_type - 1) : p->dtype;
}

/* --- operands ---------------------------------------------------------------------------------------------------- */

/* AS_KEPT: written by the phases marked `once`, only read by the others: packed weights, tables. */
typedef enum { AS_IN, AS_OUT, AS_KEPT } as_role;

/* What the harness fills an input with. The numbers depend on the seed, the operand's place in the table and the
 * element's index alone, so that they are the same on every machine and in any order. */
typedef enum {
    AS_FILL_NORMAL,  /* bell-shaped: mean 0, variance 1, within +-3.5 */
    AS_FILL_UNIFORM, /* 0 <= x < 1 */
    AS_FILL_ZERO,
    AS_FILL_WEIGHT,     /* normal over the square root of the inputs: weights (inputs..., outputs) */
    AS_FILL_WEIGHT_ROWS /* the same of weights (outputs..., inputs) */
} as_fill;

/* What an array is to the mathematics, where the harness must know. AS_PART_PLAIN: filled as `fill` says. The harness
 * writes scales, blocks, biases and sinks itself, from the problem and the seed. */
typedef enum {
    AS_PART_PLAIN,
    AS_PART_KEY_SCALE,   /* float32 (B,Hkv,S): a scale for each row of AS_INT8 keys */
    AS_PART_VALUE_SCALE, /* the same of the values */
    AS_PART_BLOCKS,      /* int32 (B, pages of the longest request): which page holds a request's i-th */
    AS_PART_BIAS,
    AS_PART_SINKS,
    AS_PART_LSE,
    AS_PART_GRADIENT /* an input d o, or an output d q, d k, ..., of AS_BACKWARD */
} as_part;

#define AS_OPERANDS_MAX 32
#define AS_RANK_MAX 5

typedef struct {
    const char *name;
    as_role role;
    as_fill fill;
    as_dtype dtype;
    int rank;
    size_t shape[AS_RANK_MAX];
    as_part part;
    int view_of;                /* 0: memory of its own; n: lies in that of operand n - 1 */
    size_t stride[AS_RANK_MAX]; /* in elements; all 0: dense and row-major */
    uint64_t reserved[4];       /* 0 */
} as_operand;

#ifndef __cplusplus
/* A dense operand: out[0] = AS_OPERAND("q", AS_IN, AS_FILL_NORMAL, p->dtype, B, H, T, d). */
#define AS_OPERAND(NAME, ROLE, FILL, DTYPE, ...)                                                                       \
    ((as_operand){.name = (NAME),                                                                                      \
                  .role = (ROLE),                                                                                      \
                  .fill = (FILL),                                                                                      \
                  .dtype = (DTYPE),                                                                                    \
                  .rank = (int)(sizeof(size_t[]){__VA_ARGS__} / sizeof(size_t)),                                       \
                  .shape = {__VA_ARGS__}})
#endif

/* --- work -------------------------------------------------------------------------------------------------------- */

typedef enum {
    AS_BYTES_QUERIES,
    AS_BYTES_KEYS,
    AS_BYTES_VALUES,
    AS_BYTES_SCALES,
    AS_BYTES_WEIGHTS,
    AS_BYTES_OUTPUTS,
    AS_BYTES_SENT, /* to other ranks */
    AS_BYTES_OTHER,
    AS_BYTES_KINDS
} as_bytes_kind;

/* The work of one call. 1 multiply-add = 2 FLOP; exp counted apart. */
typedef struct {
    uint64_t flops_useful;   /* required by the mathematics: 2 (d + dv) E B for softmax attention, E = edges */
    uint64_t flops_executed; /* done by this kernel, padding and masked work included */
    uint64_t flops_dense;    /* dense causal attention of the same shape */
    uint64_t exps;
    uint64_t bytes_min; /* each operand moved once, as far as the case needs it: in decode the visible keys only */
    uint64_t bytes[AS_BYTES_KINDS]; /* bytes_min by kind; all 0: not told apart */
    uint64_t reserved[4];           /* 0 */
} as_work;

/* --- a call ------------------------------------------------------------------------------------------------------ */

/* The piece of the streamed operands that a call brings: queries and keys first..first+count-1. What a kernel needs of
 * earlier pieces it keeps in its workspace, which stays as it is from the first piece to the last. */
typedef struct {
    size_t query_first, query_count, key_first, key_count;
    bool last;
} as_segment;

/* The processes that share a problem. */
typedef struct {
    int rank, count;
    void *mpi; /* address of their MPI_Comm */
} as_communicator;

typedef struct {
    const as_problem *problem;
    void *const *operand; /* operand[i]: the array of row i of the operand table */
    void *workspace;      /* 64-byte aligned, of the size asked for; undefined before every call, and again between the
                             phases marked `once` and the others */
    const as_operand *table; /* with the strides that the harness chose; NULL: as the kernel listed them */
    const as_segment *segment;
    const as_communicator *communicator;
    const void *reserved[4];
} as_call;

/* What a phase is to a layer: its attention, or the products with weights before and after that. */
typedef enum { AS_PHASE_OTHER, AS_PHASE_CORE, AS_PHASE_PROJECTION } as_phase_kind;

/* A call runs the phases in order, and any phase may run again on what it left behind. Phases marked `once` come first:
 * what a user pays once for many calls (packing of weights, building an index) is timed apart. If there is more than
 * one phase, each is also timed on its own, after the samples of the whole (phases.csv). */
typedef struct {
    const char *name;                 /* Required. */
    bool once;                        /* Optional. */
    void (*run)(const as_call *call); /* Required. NULL ends the list. */
    as_phase_kind kind;               /* Optional. */
    const char *alone;                /* Optional: the kernel that measures the same work by itself */
    uint64_t reserved[2];             /* 0 */
} as_phase;

/* --- the descriptor ---------------------------------------------------------------------------------------------- */

/* Libraries that read their settings from the environment when they are loaded: the harness sets it for the worker. */
typedef enum { AS_USES_OPENBLAS = 1 << 0 } as_library;

typedef struct as_kernel {
    uint32_t struct_size; /* Required: sizeof(as_kernel) */
    uint32_t abi;         /* Required: AS_KERNEL_ABI */
    uint32_t isas;        /* Required: AS_ISA_BIT of each isa that this very build is for */
    uint32_t libraries;   /* Optional: bits of as_library */
    uint64_t takes;       /* Optional: bits of as_takes */
    const char *name;     /* Required: mechanism/algorithm */
    const char *help;     /* Required: one line */
    /* Optional: what it declares to cost in T: "edges", "flops" (useful), "T", "T log T", "T^2"; compared with the
     * measured slope. */
    const char *order;
    const char *mechanism; /* Optional: where it is not what stands before the slash of the name */

    /* Optional. True if the kernel cannot solve `p`; `why` (cap bytes) then holds the reason, one sentence. Never
     * called for a problem that asks for what `takes` lacks. */
    bool (*refuse)(const as_problem *p, char *why, size_t cap);
    /* Required. Writes the operand table and returns its length. The first AS_OUT is the answer. */
    size_t (*operands)(const as_problem *p, as_operand out[AS_OPERANDS_MAX]);
    /* Required. Bytes; SIZE_MAX if they overflow. */
    size_t (*workspace)(const as_problem *p);
    /* Required. */
    as_work (*work)(const as_problem *p);
    /* Required. The largest absolute error of the answer against the oracle on filled inputs. */
    double (*tolerance)(const as_problem *p);
    /* Required. Ends with {0}. */
    const as_phase *phases;
    /* Optional. Ends with {0}. */
    const as_kernel_param *params;
    /* Optional, for kernels that choose keys by content: how many (query, key) pairs the last call chose, over all
     * heads and batch entries. NULL: the pattern decides. */
    uint64_t (*chosen)(const as_call *call);
} as_kernel;

/* A plug-in (a shared object given to --plugin) exports this one function. It returns a list that ends with NULL, or
 * NULL if it does not serve `abi`. */
const as_kernel *const *attnscope_plugin(uint32_t abi);

#ifdef __cplusplus
}
#endif
#endif
