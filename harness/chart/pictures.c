/* pictures.c: which of a folder's charts are drawn, and as many gnuplots at a time as there are CPUs for us. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <pthread.h>
#include <sched.h>

#include "gnuplot.h"
#include "pictures.h"

#define SECONDS_PER_CHART 60.0

enum { HANDS_MOST = 8 };

typedef struct {
    const char *plots;
    const as_picture **pictures;
    size_t count, next;
    size_t png_pages; /* of each kind so many as PNG, too */
    unsigned drawn;
    bool failed; /* nothing more is begun */
    as_err *err; /* of the first failure */
    pthread_mutex_t lock;
} bench;

static const as_picture *next_picture(bench *b)
{
    pthread_mutex_lock(&b->lock);
    const as_picture *picture = !b->failed && b->next < b->count ? b->pictures[b->next++] : NULL;
    pthread_mutex_unlock(&b->lock);
    return picture;
}

static void *draw_pictures(void *at)
{
    bench *b = at;
    for (const as_picture *p; (p = next_picture(b)) != NULL;) {
        as_err err = {0};
        const bool ok = as_gnuplot_draw(b->plots, p->name, p->page < b->png_pages, SECONDS_PER_CHART, &err);
        pthread_mutex_lock(&b->lock);
        b->drawn += ok;
        if (!ok && !b->failed && b->err)
            *b->err = err;
        b->failed = b->failed || !ok;
        pthread_mutex_unlock(&b->lock);
    }
    return NULL;
}

static size_t count_of_workers(size_t pictures)
{
    cpu_set_t cpus;
    size_t count = sched_getaffinity(0, sizeof cpus, &cpus) == 0 ? (size_t)CPU_COUNT(&cpus) : 1;
    count = count < HANDS_MOST ? count : HANDS_MOST;
    return count < pictures ? count : pictures;
}

/* Up to this page every kind is drawn, the one with most pages, too: as far as all together are no more than a reader
 * looks at. */
static size_t page_limit(const as_picture *pictures, size_t count)
{
    size_t limit = 1;
    for (size_t more = 2; more <= AS_PICTURES_MAX; more++) {
        size_t all = 0;
        for (size_t i = 0; i < count; i++)
            all += pictures[i].page < more;
        if (all > AS_PICTURES_ALL)
            break;
        limit = more;
    }
    return limit;
}

bool as_pictures_draw(const char *plots, const as_picture *pictures, size_t count, as_arena *arena, as_charts *charts,
                      as_err *err)
{
    const size_t limit = page_limit(pictures, count);
    bench b = {.plots = plots, .pictures = as_arena_alloc(arena, (count + 1) * sizeof *b.pictures), .err = err};
    pthread_t threads[HANDS_MOST];
    size_t started = 0;
    for (size_t i = 0; i < count; i++)
        if (pictures[i].page < limit)
            b.pictures[b.count++] = &pictures[i];
    b.png_pages = b.count < count ? 1 : limit;
    pthread_mutex_init(&b.lock, NULL);
    while (started + 1 < count_of_workers(b.count) && pthread_create(&threads[started], NULL, draw_pictures, &b) == 0)
        started++;
    draw_pictures(&b);
    while (started)
        pthread_join(threads[--started], NULL);
    pthread_mutex_destroy(&b.lock);
    *charts = (as_charts){b.drawn, (unsigned)(count - b.count)};
    return !b.failed;
}
