/* amx_laws.h: what multiply.c, which is compiled as the kernels for AMX are, offers to test_amx.c.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef AMX_LAWS_H
#define AMX_LAWS_H

#include <stdbool.h>
#include <stddef.h>

/* Each false when something is wrong; then `why` says what. */
bool amx_model_laws(char *why, size_t cap);   /* the model rounds, flushes and adds in the documented order */
bool amx_product_laws(char *why, size_t cap); /* sums of every kind against float64; nothing beside them is written */
bool amx_pack_laws(char *why, size_t cap);    /* each element where the products look for it, zeros elsewhere */
bool amx_weight_laws(char *why, size_t cap);  /* 2^x as bfloat16; hidden keys weigh 0; what is no weight is seen */

#endif
