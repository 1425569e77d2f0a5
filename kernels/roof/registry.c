/* registry.c: finds the roof loops of an instruction set in the generated table. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "roof.h"

extern const as_roof *const as_builtin_roofs[]; /* ends with NULL */

const as_roof *as_roof_find(as_isa isa)
{
    for (const as_roof *const *r = as_builtin_roofs; *r; r++)
        if ((*r)->isa == isa)
            return *r;
    return NULL;
}
