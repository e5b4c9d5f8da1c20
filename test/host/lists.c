/*
 * What boot/puck.list names of script/, for tests that do not bring their own. The machine's lists are in
 * machine_lists.c.
 */
#include "script/completion.h"
#include "script/settings.h"

extern const struct setting_applier applier_clock, applier_device, applier_keymap;
extern const struct edit_keys editkeys_words, editkeys_keymap, shellkeys_search, shellkeys_complete;
extern const struct completer completer_command, completer_image, completer_interface, completer_keymap, completer_option,
    completer_scope, completer_setting, completer_value;

const struct setting_applier *const setting_appliers[] = {&applier_keymap, &applier_clock, &applier_device, NULL};
const struct edit_keys *const editkeys[] = {&editkeys_words, &editkeys_keymap, NULL};
const struct edit_keys *const shellkeys[] = {&shellkeys_search, &shellkeys_complete, NULL};
const struct completer *const completers[] = {
    &completer_option,    &completer_keymap, &completer_setting, &completer_scope, &completer_image,
    &completer_interface, &completer_value,  &completer_command, NULL,
};
