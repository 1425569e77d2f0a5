/* suggest.c: optimal string alignment over three rows of the usual table.
 * SPDX-License-Identifier: Apache-2.0 */
#include "suggest.h"

#include <string.h>

#define WORD_MAX 64 /* longer words are compared by their first bytes */

static size_t smallest(size_t a, size_t b, size_t c)
{
    size_t least = a < b ? a : b;
    return least < c ? least : c;
}

static size_t distance(const char *a, const char *b)
{
    size_t rows[3][WORD_MAX + 1], *before = rows[0], *last = rows[1], *row = rows[2];
    size_t n = strnlen(a, WORD_MAX), m = strnlen(b, WORD_MAX);
    for (size_t j = 0; j <= m; j++)
        last[j] = before[j] = j;
    for (size_t i = 1; i <= n; i++) {
        row[0] = i;
        for (size_t j = 1; j <= m; j++) {
            row[j] = smallest(last[j] + 1, row[j - 1] + 1, last[j - 1] + (a[i - 1] != b[j - 1]));
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] && before[j - 2] + 1 < row[j])
                row[j] = before[j - 2] + 1;
        }
        size_t *spare = before;
        before = last;
        last = row;
        row = spare;
    }
    return last[m];
}

void as_nearest_try(as_nearest *n, const char *known)
{
    size_t d = distance(n->word, known);
    if (n->best && d >= n->distance)
        return;
    n->best = known;
    n->distance = d;
}

const char *as_nearest_close(const as_nearest *n)
{
    if (!n->best)
        return NULL;
    size_t length = strlen(n->word);
    size_t allowed = length <= 3 ? 1 : length <= 8 ? 2 : length / 3;
    return n->distance <= allowed ? n->best : NULL;
}
