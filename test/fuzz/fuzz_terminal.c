/* Bytes from a serial line to the key decoder, and bytes from anywhere to the text screen. */
#include "pm/lib/keys.h"
#include "pm/lib/screen.h"

#include <stdlib.h>

#define COLUMNS 20
#define ROWS    5

int LLVMFuzzerTestOneInput(const u8 *data, size_t size);
int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
    static struct key_queue q;
    struct key_decoder d = {0};
    struct screen s;
    u16 *cell = calloc(COLUMNS * ROWS, sizeof(*cell));
    screen_init(&s, cell, COLUMNS, ROWS);
    for (size_t i = 0; i < size; i++) {
        int key;
        keys_decode(&d, data[i], data[i] == 0xfe ? i * 1000 : i, &q);
        while ((key = keys_get(&q)) >= 0)
            if (key == 0 || key == CTRL_C || key > KEY_ANSI(99, 0x7e))
                abort();
        screen_put(&s, data[i]);
        if (s.row >= ROWS || s.column > COLUMNS)
            abort();
    }
    free(cell);
    return 0;
}
