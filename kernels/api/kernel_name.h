/* kernel_name.h: a kernel's name with its parameters as text, kernelised/performer:m=256,seed=3, to numbers and back.
 * SPDX-License-Identifier: Apache-2.0
 *
 * text = name[:key=value{,key=value}]. A value is a whole number, 8k being 8192 (k, M, G). Order does not matter. There
 * is one canonical text for each kernel: keys in the kernel's order, those left out whose value is the usual one; it
 * goes into files and keys. */
#ifndef AS_KERNEL_TEXT_H
#define AS_KERNEL_TEXT_H

#include "kernel.h"

#define AS_KERNEL_TEXT_MAX 384 /* bytes of any canonical text and of any list of parameters, the closing 0 included */

size_t as_kernel_param_count(const as_kernel *kernel);

/* The length of the name within a text: up to the colon, or all of it. */
size_t as_kernel_base(const char *text);

/* Fills param[] for `text`, whose name has been looked at already; what is left out gets its usual value. false and one
 * sentence that names the parameter and its range: unknown, given twice, not a whole number, out of range. */
bool as_kernel_params_read(const as_kernel *kernel, const char *text, uint64_t param[AS_KERNEL_PARAMS_MAX], char *why,
                           size_t cap);

/* Every parameter at its usual value. */
void as_kernel_params_usual(const as_kernel *kernel, uint64_t param[AS_KERNEL_PARAMS_MAX]);

/* The canonical text. Into the caller's buffer, which is returned. */
const char *as_kernel_text(const as_kernel *kernel, const uint64_t param[AS_KERNEL_PARAMS_MAX],
                           char out[AS_KERNEL_TEXT_MAX]);

/* All parameters, usual ones included: "m=256,seed=3"; "" for a kernel that has none. */
const char *as_kernel_params_text(const as_kernel *kernel, const uint64_t param[AS_KERNEL_PARAMS_MAX],
                                  char out[AS_KERNEL_TEXT_MAX]);

/* A text in which a value may be a list of alternatives, m=64/128,seed=1/2, is all their combinations. */
typedef struct {
    const char *text;
    size_t base; /* length of the name, which may be a glob */
    size_t count, index;
} as_kernel_choice;

/* false and a sentence when there are more than `most` combinations or a list of alternatives has a hole. */
bool as_kernel_choice_begin(as_kernel_choice *choice, const char *text, size_t most, char *why, size_t cap);
/* The next combination of parameters as text behind a name of the caller's: name:m=64,seed=2. The last key turns
 * fastest. false after the last, or when it does not fit. */
bool as_kernel_choice_next(as_kernel_choice *choice, const char *name, char *out, size_t cap);

/* Does the kernel have every parameter that `text` names? If not, `missing` (NULL: nobody asks) gets the first it
 * lacks. */
bool as_kernel_has_params(const as_kernel *kernel, const char *text, char missing[40]);

#endif
