/* Menus as data (menu.h). */
#include "script/menu.h"
#include "pm/lib/fail.h"

#include <stdlib.h>
#include <string.h>

static struct menu *menus;

static struct menu *find(const char *name)
{
    struct menu *m = menus;
    while (m && strcmp(m->name, name ? name : "") != 0)
        m = m->next;
    return m;
}

struct menu *menu_find(const char *name)
{
    struct menu *m = find(name);
    if (!m && name && *name)
        fail(ENOENT, "there is no menu named \"%.40s\" (menu --name %.40s <title> makes it)", name, name);
    else if (!m)
        fail(ENOENT, "there is no menu (menu <title> makes it, item adds to it, choose uses it up)");
    return m;
}

struct menu *menu_create(const char *name, const char *title)
{
    size_t len = name ? strlen(name) : 0;
    struct menu *old = find(name);
    struct menu *m = calloc(1, sizeof *m + len + 1);
    char *copy = strdup(title);
    if (!m || !copy) {
        free(copy);
        free(m);
        fail(ENOMEM, "no memory for a menu");
        return NULL;
    }
    if (old)
        menu_destroy(old);
    memcpy(m->name, name ? name : "", len);
    m->title = copy;
    m->end = &m->item;
    m->next = menus;
    menus = m;
    return m;
}

/* A string behind the item, in the same piece of memory. */
static const char *put_text(char **at, const char *text)
{
    size_t size = strlen(text) + 1;
    char *copy = memcpy(*at, text, size);
    *at += size;
    return copy;
}

int menu_add(struct menu *m, const struct menu_item *item)
{
    size_t size = strlen(item->text) + strlen(item->help) + (item->name ? strlen(item->name) : 0) + 3;
    struct menu_item *copy = malloc(sizeof *copy + size);
    if (!copy)
        return fail(ENOMEM, "no memory for an item of %u bytes", (unsigned)size);
    *copy = *item;
    char *texts = (char *)(copy + 1);
    copy->text = put_text(&texts, item->text);
    copy->help = put_text(&texts, item->help);
    if (item->name)
        copy->name = put_text(&texts, item->name);
    copy->next = NULL;
    *m->end = copy;
    m->end = &copy->next;
    m->count++;
    return 0;
}

void menu_destroy(struct menu *m)
{
    struct menu **at = &menus;
    while (*at != m)
        at = &(*at)->next;
    *at = m->next;
    while (m->item) {
        struct menu_item *gone = m->item;
        m->item = gone->next;
        free(gone);
    }
    free(m->title);
    free(m);
}

void menu_reset(void)
{
    while (menus)
        menu_destroy(menus);
}
