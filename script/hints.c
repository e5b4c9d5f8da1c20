/*
 * Advice for the mistakes that stand in scripts people really pass around.
 */
#include "script/command.h"
#include "script/interpreter.h"

#include <ctype.h>
#include <string.h>

#define NEAR_MAX 20

/*
 * Optimal string alignment distance (insert, delete, replace, swap neighbours) within 2, or within
 * 1 for short words.
 */
bool is_near(const char *a, const char *b)
{
    size_t n = strlen(a), m = strlen(b);
    u8 row[3][NEAR_MAX + 1];
    if (n > NEAR_MAX || m > NEAR_MAX || n == 0 || m == 0)
        return false;
    for (size_t j = 0; j <= m; j++)
        row[0][j] = (u8)j;
    for (size_t i = 1; i <= n; i++) {
        u8 *now = row[i % 3];
        const u8 *last = row[(i - 1) % 3], *before = row[(i + 1) % 3];
        now[0] = (u8)i;
        for (size_t j = 1; j <= m; j++) {
            u8 best = (u8)(last[j - 1] + (a[i - 1] != b[j - 1]));
            best = MIN(best, (u8)(MIN(last[j], now[j - 1]) + 1));
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                best = MIN(best, (u8)(before[j - 2] + 1));
            now[j] = best;
        }
    }
    return row[n % 3][m] <= (MIN(n, m) > 4 ? 2 : 1);
}

const char *hint_command(const char *name)
{
    for (const struct command *const *c = commands; *c; c++)
        if (is_near(name, (*c)->name))
            return (*c)->name;
    return NULL;
}

static const char *hint_word(const char *word)
{
    if (strcmp(word, "|") == 0 || strcmp(word, "&") == 0)
        return "a single | or & is an ordinary word; the operators are || and &&";
    if ((strstr(word, "||") || strstr(word, "&&")) && word[2])
        return "an operator stands alone: put blanks around || and &&";
    const char *swapped = strstr(word, "{$");
    if (swapped && (swapped == word || swapped[-1] != '$'))
        return "settings are written ${name}";
    const char *dollar = strchr(word, '$');
    if (dollar && isalpha((unsigned char)dollar[1]))
        return "settings are written ${name}, with braces";
    return NULL;
}

const char *hint_words(char **words, int count)
{
    const char *hint = NULL;
    for (int i = 0; i < count && !hint; i++)
        hint = hint_word(words[i]);
    return hint;
}
