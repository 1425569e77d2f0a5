/* catalogue.h: everything that a config may name: kernels, patterns, instruction sets, counter groups, and the configs.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef AS_CONFIG_CATALOGUE_H
#define AS_CONFIG_CATALOGUE_H

#include <jansson.h>

/* {"kernels": [{"name", "isas", "order", "about", "params", "plugin"}], "patterns": [{"name", "example", "about"}],
 * "isas": [{"name", "runs", "about"}], "counters": [{"name", "about"}], "configs": [{"name", "about"}]}. The caller
 * releases it; NULL: no memory. */
json_t *as_catalogue(void);

#endif
