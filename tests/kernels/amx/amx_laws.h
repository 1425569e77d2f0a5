/* amx_laws.h: what multiply.c, which is compiled as the kernels for AMX are, offers to test_amx.c.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef AMX_LAWS_H
#define AMX_LAWS_H

#include <stdbool.h>
#include <stddef.h>

/* Each false when something is wrong; then `why` says what. */
bool amx_model_laws(char *why, size_t cap);     /* the model rounds, flushes and adds in the documented order */
bool amx_multiply_laws(char *why, size_t cap);  /* every shape against float64; nothing beyond it is read or written */
bool amx_configure_laws(char *why, size_t cap); /* one load for products of one shape; given back at the end */

#endif
