/*
 * Key queue and key translations (keys.h). Bytes from a serial line are as untrusted as any: every
 * byte either ends a sequence or adds to a number that is bounded.
 */
#include "pm/lib/keys.h"

#define ESC_SETTLE_MS 100
#define PARAM_MAX     99

void keys_put(struct key_queue *q, int key)
{
    if (key == CTRL_C)
        q->interrupted = true;
    else if (key > 0 && q->tail - q->head < KEYS_MAX)
        q->key[q->tail++ % KEYS_MAX] = (u16)key;
}

int keys_get(struct key_queue *q)
{
    return q->head == q->tail ? -1 : q->key[q->head++ % KEYS_MAX];
}

bool keys_interrupted(struct key_queue *q)
{
    bool was = q->interrupted;
    q->interrupted = false;
    return was;
}

void keys_flush(struct key_queue *q)
{
    q->head = q->tail;
    q->interrupted = false;
}

static int plain_key(struct key_decoder *d, u8 byte)
{
    bool after_cr = d->after_cr;
    d->after_cr = byte == '\r';
    if (byte == '\n')
        return after_cr ? -1 : KEY_ENTER;
    if (byte == 0x7f)
        return KEY_BACKSPACE;
    return byte ? byte : -1;
}

/*
 * Terminals disagree about Home and End: ESC [ 1 ~, ESC [ 7 ~ and ESC [ H all exist. The second parameter is 1 plus
 * the keys held: Shift 1, Alt 2, Ctrl 4. They count with Left and Right only.
 */
static int csi_key(unsigned n, unsigned held, u8 final)
{
    if ((final == 'C' || final == 'D') && (n == 5 || (held && (held - 1) & 6)))
        return KEY_ANSI(5, final);
    if (final != '~')
        return KEY_ANSI(n > 1 ? n : 0, final);
    if (n == 1 || n == 7)
        return KEY_HOME;
    if (n == 4 || n == 8)
        return KEY_END;
    return KEY_ANSI(n, final);
}

static int csi_byte(struct key_decoder *d, u8 byte)
{
    unsigned *param = &d->param[d->params];
    if (byte >= '0' && byte <= '9') {
        if (d->params < ARRAY_SIZE(d->param))
            *param = MIN(*param * 10 + (byte - '0'), PARAM_MAX + 1u);
        return -1;
    }
    if (byte >= 0x20 && byte <= 0x3f) { /* the end of a parameter, and intermediates */
        d->params = MIN(d->params + 1, (unsigned)ARRAY_SIZE(d->param));
        return -1;
    }
    if (byte == '[' && !d->params && !d->param[0]) { /* the Linux console's F1..F5: ESC [ [ A */
        d->state = KEYS_LINUX;
        return -1;
    }
    d->state = KEYS_PLAIN;
    return byte < 0x7f && d->param[0] <= PARAM_MAX ? csi_key(d->param[0], d->param[1], byte) : -1;
}

/* Also what a keypad sends that was told to: ESC O and, 40h above each, its character. */
static int ss3_key(u8 byte)
{
    if (byte >= 'P' && byte <= 'S')
        return KEY_ANSI(11 + byte - 'P', '~');
    if (byte >= 'a' && byte <= 'd') /* rxvt, with Ctrl */
        return KEY_ANSI(byte >= 'c' ? 5 : 0, byte - 0x20);
    if ((byte >= 'j' && byte <= 'y') || byte == 'M')
        return byte - 0x40;
    return byte >= 'A' && byte <= 'H' ? KEY_ANSI(0, byte) : -1;
}

static int linux_key(u8 byte)
{
    return byte >= 'A' && byte <= 'E' ? KEY_ANSI(11 + byte - 'A', '~') : -1;
}

/* What follows ESC decides which kind of sequence it is; anything else makes the ESC a key. */
static int escape_byte(struct key_decoder *d, u8 byte, struct key_queue *q)
{
    d->param[0] = d->param[1] = d->params = 0;
    d->state = byte == '[' ? KEYS_CSI : byte == 'O' ? KEYS_SS3 : KEYS_PLAIN;
    if (d->state != KEYS_PLAIN)
        return -1;
    keys_put(q, KEY_ESC);
    return plain_key(d, byte);
}

void keys_decode(struct key_decoder *d, u8 byte, msec_t now, struct key_queue *q)
{
    keys_settle(d, now, q);
    d->last_byte = now;
    if (byte < 0x20 && d->state != KEYS_PLAIN) { /* a control character ends what was going on */
        if (d->state == KEYS_ESC)
            keys_put(q, KEY_ESC);
        d->state = KEYS_PLAIN;
    }
    int key = -1;
    switch (d->state) {
    case KEYS_PLAIN:
        if (byte == KEY_ESC)
            d->state = KEYS_ESC;
        else
            key = plain_key(d, byte);
        break;
    case KEYS_ESC:
        key = escape_byte(d, byte, q);
        break;
    case KEYS_CSI:
        key = csi_byte(d, byte);
        break;
    case KEYS_SS3:
        d->state = KEYS_PLAIN;
        key = ss3_key(byte);
        break;
    case KEYS_LINUX:
        d->state = KEYS_PLAIN;
        key = linux_key(byte);
        break;
    }
    keys_put(q, key);
}

void keys_settle(struct key_decoder *d, msec_t now, struct key_queue *q)
{
    if (d->state == KEYS_PLAIN || now - d->last_byte < ESC_SETTLE_MS)
        return;
    if (d->state == KEYS_ESC)
        keys_put(q, KEY_ESC);
    d->state = KEYS_PLAIN;
}

int keys_from_bios(u16 ax)
{
    static const struct {
        u8 scan;
        u16 key;
    } extended[] = {
        {0x48, KEY_UP},   {0x50, KEY_DOWN},   {0x4d, KEY_RIGHT},        {0x4b, KEY_LEFT}, {0x4f, KEY_END},
        {0x47, KEY_HOME}, {0x52, KEY_INSERT}, {0x53, KEY_DELETE},       {0x49, KEY_PGUP}, {0x51, KEY_PGDN},
        {0x3b, KEY_F1},   {0x3c, KEY_F2},     {0x3d, KEY_F3},           {0x3e, KEY_F4},   {0x3f, KEY_F5},
        {0x40, KEY_F6},   {0x41, KEY_F7},     {0x42, KEY_F8},           {0x43, KEY_F9},   {0x44, KEY_F10},
        {0x85, KEY_F11},  {0x86, KEY_F12},    {0x0f, KEY_ANSI(0, 'Z')}, /* Shift-Tab */
        {0x73, KEY_CTRL_LEFT}, {0x74, KEY_CTRL_RIGHT}, {0x9b, KEY_CTRL_LEFT}, {0x9d, KEY_CTRL_RIGHT}, /* Ctrl, Alt */
    };
    u8 scan = (u8)(ax >> 8), c = (u8)ax;
    if (ax == 0) /* the mark that Ctrl-Break leaves */
        return CTRL_C;
    if (c != 0 && (c != 0xe0 || scan == 0)) /* E0 marks the grey keys, but is a letter as Alt-224 */
        return c;
    for (size_t i = 0; i < ARRAY_SIZE(extended); i++)
        if (extended[i].scan == scan)
            return extended[i].key;
    return -1;
}
