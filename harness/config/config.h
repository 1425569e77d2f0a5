/* config.h: a YAML text becomes an as_config, or one error with file:line:column.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef AS_CONFIG_CONFIG_H
#define AS_CONFIG_CONFIG_H

#include "../base/err.h"
#include "../model/config.h"

/* Reads `path`. Everything that can be known without a machine is checked here: unknown keys, types, ranges, patterns,
 * empty products, d whole, Hkv dividing H, overflow of T x S x H. `config` and its lists live in `arena`. */
bool as_config_read(const char *path, as_arena *arena, as_config *config, as_err *err);

/* The same from a text; `path` is only named in errors. */
bool as_config_parse(const char *path, const char *text, size_t length, as_arena *arena, as_config *config,
                     as_err *err);

/* A list of one, as where a config names none; `text` is a pattern. */
as_patterns as_config_one_pattern(as_arena *arena, const char *text);

#endif
