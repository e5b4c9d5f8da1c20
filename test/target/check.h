/*
 * What the tests of the target's own objects share. No cmocka: Debian has it for 64 bits only.
 */
#pragma once

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#define REGS __attribute__((regparm(3)))

#define CHECK(x)                                                                                             \
    do {                                                                                                     \
        if (!(x)) {                                                                                          \
            printf("not ok - %s:%d: %s\n", __FILE__, __LINE__, #x);                                          \
            exit(1);                                                                                         \
        }                                                                                                    \
    } while (0)
