/* side.h: what the C sides that compare.py compiles have in common: numbers from the command line, files, the monotonic
 * clock, and the answers to compare.py's requests for calls.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef SIDE_H
#define SIDE_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* Ends the program with exit code 2 and a sentence unless `ok`. */
static inline void check(bool ok, const char *what, const char *where)
{
    if (ok)
        return;
    fprintf(stderr, "%s: %s\n", where, what);
    exit(2);
}

static inline int64_t whole_number(const char *text)
{
    char *end;
    const long long value = strtoll(text, &end, 10);
    check(*text && !*end && value >= 0 && value <= 1 << 24, "not a whole number that makes sense here", text);
    return value;
}

static inline void read_file(const char *path, void *to, size_t bytes)
{
    FILE *f = fopen(path, "rb");
    check(f && fread(to, 1, bytes, f) == bytes, "cannot be read", path);
    fclose(f);
}

static inline void write_file(const char *path, const void *from, size_t bytes)
{
    FILE *f = fopen(path, "wb");
    check(f && fwrite(from, 1, bytes, f) == bytes && fclose(f) == 0, "cannot be written", path);
}

static inline double monotonic_seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* Prints "ready VERSION", then answers each line "N" with "N SECONDS", the time of N calls of `attend`, until the input
 * ends. */
static inline void answer_turns(const char *version, void (*attend)(void *work), void *work)
{
    char line[80];
    printf("ready %s\n", version);
    fflush(stdout);
    while (fgets(line, sizeof line, stdin)) {
        line[strcspn(line, "\n")] = 0;
        const int64_t calls = whole_number(line);
        const double start = monotonic_seconds();
        for (int64_t i = 0; i < calls; i++)
            attend(work);
        printf("%lld %.9f\n", (long long)calls, monotonic_seconds() - start);
        fflush(stdout);
    }
}

#endif
